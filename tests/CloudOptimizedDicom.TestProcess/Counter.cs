using System.Globalization;
using System.Text;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>Counts in an object: reads it, adds one, and writes it back if nobody else has.</summary>
internal static class Counter
{
    public static async Task<int> IncrementAsync(string root, string name, int times)
    {
        await using var store = new LocalObjectStore(root);
        for (int done = 0; done < times;)
        {
            try
            {
                await IncrementAsync(store, name);
                done++;
            }
            catch (PreconditionFailedException)
            {
                // Another process was faster.
            }
        }

        return 0;
    }

    private static async Task IncrementAsync(LocalObjectStore store, string name)
    {
        (int value, long generation) = (0, 0);
        if (await store.OpenReadAsync(name) is { } content)
        {
            await using (content)
            {
                using var reader = new StreamReader(content.Content);
                value = int.Parse(await reader.ReadToEndAsync(), CultureInfo.InvariantCulture);
                generation = content.Info.Generation;
            }
        }

        byte[] next = Encoding.ASCII.GetBytes((value + 1).ToString(CultureInfo.InvariantCulture));
        await store.UploadAsync(name, ObjectUpload.FromMemory(next), ObjectPrecondition.GenerationIs(generation));
    }
}
