using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>Holds scratch files of a store, as a writer does that has not come further, and names them, until the process is killed.</summary>
internal static class Staging
{
    public static async Task<int> HoldAsync(string root)
    {
        await using var store = new LocalObjectStore(root);
        using StagingFile file = store.CreateStagingFile();
        using ScratchArchive archive = ScratchArchive.Create(new ScratchPlace(store.StagingDirectory, ScratchDirectory: null));
        Console.WriteLine($"{file.Path}|{archive.Path}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
