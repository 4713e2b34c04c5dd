using CloudOptimizedDicom.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>Counts each change of a file or folder as a step.</summary>
internal sealed class StepFiles(StepCounter steps) : IFileSteps
{
    private static readonly FileSteps Inner = FileSteps.Instance;

    public void CreateFolder(string path) => Take(() => Inner.CreateFolder(path));

    public void FlushFile(SafeFileHandle file, string path) => Take(() => Inner.FlushFile(file, path));

    public void FlushFolder(string path) => Take(() => Inner.FlushFolder(path));

    public bool TryMoveToNew(string source, string destination) => steps.Take(() => Inner.TryMoveToNew(source, destination));

    public void MoveOver(string source, string destination) => Take(() => Inner.MoveOver(source, destination));

    public void DeleteFile(string path) => Take(() => Inner.DeleteFile(path));

    public void DeleteFolder(string path) => Take(() => Inner.DeleteFolder(path));

    public bool TryLock(SafeFileHandle file) => steps.Take(() => Inner.TryLock(file));

    private void Take(Action change) => steps.Take(() =>
    {
        change();
        return true;
    });
}
