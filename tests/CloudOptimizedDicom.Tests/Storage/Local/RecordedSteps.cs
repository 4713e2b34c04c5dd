using CloudOptimizedDicom.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Tests.Storage.Local;

/// <summary>Takes every step, and writes it down.</summary>
/// <param name="folder">The folder that is watched, which holds the root of the store.</param>
internal sealed class RecordedSteps(string folder) : IFileSteps
{
    private readonly List<FileStep> _steps = [];

    /// <summary>Called before each step is taken; what it throws, the step throws.</summary>
    public Action<FileStep>? BeforeStep { get; init; }

    /// <summary>What a lock is answered with, instead of what the system answers.</summary>
    public Func<bool>? Lock { get; init; }

    public IReadOnlyList<FileStep> Steps => _steps;

    public void CreateFolder(string path) => Take(new FileStep(nameof(CreateFolder), Relative(path)), () => FileSteps.Instance.CreateFolder(path));

    public void FlushFile(SafeFileHandle file, string path)
    {
        FileSteps.Instance.FlushFile(file, path);
        Take(new FileStep(nameof(FlushFile), Relative(path), Content: ReadLocked(file)), static () => { });
    }

    public void FlushFolder(string path) => Take(new FileStep(nameof(FlushFolder), Relative(path)), () => FileSteps.Instance.FlushFolder(path));

    public bool TryMoveToNew(string source, string destination)
    {
        bool isMoved = false;
        Take(new FileStep(nameof(TryMoveToNew), Relative(destination), Relative(source)), () => isMoved = FileSteps.Instance.TryMoveToNew(source, destination));
        return isMoved;
    }

    public void MoveOver(string source, string destination) =>
        Take(new FileStep(nameof(MoveOver), Relative(destination), Relative(source)), () => FileSteps.Instance.MoveOver(source, destination));

    public void DeleteFile(string path) => Take(new FileStep(nameof(DeleteFile), Relative(path)), () => FileSteps.Instance.DeleteFile(path));

    public void DeleteFolder(string path) => Take(new FileStep(nameof(DeleteFolder), Relative(path)), () => FileSteps.Instance.DeleteFolder(path));

    public bool TryLock(SafeFileHandle file) => Lock?.Invoke() ?? FileSteps.Instance.TryLock(file);

    private static FileContent ReadLocked(SafeFileHandle file)
    {
        byte[] bytes = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, bytes, fileOffset: 0);
        return new FileContent(bytes, File.GetLastWriteTimeUtc(file));
    }

    private string Relative(string path) => Path.GetRelativePath(folder, path);

    private void Take(FileStep step, Action take)
    {
        lock (_steps)
        {
            BeforeStep?.Invoke(step);
            take();
            _steps.Add(step);
        }
    }
}
