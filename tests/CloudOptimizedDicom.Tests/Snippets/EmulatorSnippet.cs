using CloudOptimizedDicom;
using CloudOptimizedDicom.Testing;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace Snippets;

internal static class EmulatorSnippet
{
    public static async Task RunAsync(IAsyncEnumerable<Instance> instances)
    {
        // <snippet:emulator>
        await using GcsEmulator emulator = await GcsEmulator.StartAsync();
        emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Insert, AtMatch = 2, Action = FaultAction.DropAfter });

        var options = new CodDatastoreOptions { Endpoint = emulator.Endpoint };
        await using CodDatastore datastore = await CodDatastore.OpenAsync("gs://archive/cod", options);
        await foreach (SeriesIngest series in datastore.IngestAsync(instances))
        {
            Console.WriteLine($"{series.Id}: {series.New.Count} new");
        }

        Console.WriteLine($"{emulator.Log.Entries.Count} requests");
        // </snippet>
    }
}
