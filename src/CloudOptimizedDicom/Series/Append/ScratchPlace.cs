using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>Where archives are built.</summary>
/// <param name="StagingDirectory">Where the store takes files by moving them, so that they need names; null where it takes none.</param>
/// <param name="ScratchDirectory">Where they lie otherwise, without names; null for the system's directory for temporary files.</param>
internal sealed record ScratchPlace(string? StagingDirectory, string? ScratchDirectory)
{
    /// <summary>Creates a file that only its owner may read. It is gone when it is closed, unless it was created to be moved.</summary>
    public FileStream CreateFile()
    {
        if (StagingDirectory is null)
        {
            return TemporaryFile.Create(ScratchDirectory);
        }

        Directory.CreateDirectory(StagingDirectory);
        FileStream file = TemporaryFile.CreateNamed(Path.Combine(StagingDirectory, $"{Guid.NewGuid():N}.tar"), FileShare.ReadWrite | FileShare.Delete);
        StagingFile.Hold(file.SafeFileHandle);
        return file;
    }
}
