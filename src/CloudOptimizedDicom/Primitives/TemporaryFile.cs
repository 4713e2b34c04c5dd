namespace CloudOptimizedDicom;

/// <summary>A file that is gone when it is closed.</summary>
internal static class TemporaryFile
{
    /// <summary>Creates one.</summary>
    /// <param name="directory">Where; null for the system's directory for temporary files.</param>
    public static FileStream Create(string? directory = null) =>
        new(Path.Combine(directory ?? Path.GetTempPath(), $"cod-{Guid.NewGuid():N}.tmp"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
        });
}
