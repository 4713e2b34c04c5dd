using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>The steps as they are not to be: to see what the store says of it, and that a test finds out.</summary>
internal sealed class DefectiveSteps : IFileSteps
{
    /// <summary>Whether folders are flushed.</summary>
    public bool FlushesFolders { get; init; } = true;

    /// <summary>Whether everybody gets a lock, as on some file systems that few machines have.</summary>
    public bool LocksForEverybody { get; init; }

    /// <summary>Writes an object where everybody gets a lock, and prints why that was refused.</summary>
    public static async Task<int> WriteUnlockedAsync(string root, string name)
    {
        await using var store = new LocalObjectStore(root, new LocalObjectStoreOptions { Steps = new DefectiveSteps { LocksForEverybody = true } });
        try
        {
            await store.UploadAsync(name, ObjectUpload.FromMemory("new"u8.ToArray()), ObjectPrecondition.None);
            return 1;
        }
        catch (ObjectRequestException error)
        {
            Console.WriteLine(error.Message);
            return 0;
        }
    }

    public void CreateFolder(string path) => FileSteps.Instance.CreateFolder(path);

    public void FlushFile(SafeFileHandle file, string path) => FileSteps.Instance.FlushFile(file, path);

    public void FlushFolder(string path)
    {
        if (FlushesFolders)
        {
            FileSteps.Instance.FlushFolder(path);
        }
    }

    public bool TryMoveToNew(string source, string destination) => FileSteps.Instance.TryMoveToNew(source, destination);

    public void MoveOver(string source, string destination) => FileSteps.Instance.MoveOver(source, destination);

    public void DeleteFile(string path) => FileSteps.Instance.DeleteFile(path);

    public void DeleteFolder(string path) => FileSteps.Instance.DeleteFolder(path);

    public bool TryLock(SafeFileHandle file) => LocksForEverybody || FileSteps.Instance.TryLock(file);
}
