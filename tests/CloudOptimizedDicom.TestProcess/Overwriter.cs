using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>Writes an object again and again, each time whole of one other byte, and says so, until the process is killed.</summary>
internal static class Overwriter
{
    public static async Task<int> RunAsync(string root, string name, int sizeBytes)
    {
        await using var store = new LocalObjectStore(root);
        byte[] bytes = new byte[sizeBytes];
        for (byte value = 1; ; value++)
        {
            Array.Fill(bytes, value);
            await store.UploadAsync(name, ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
            Console.WriteLine(value);
        }
    }
}
