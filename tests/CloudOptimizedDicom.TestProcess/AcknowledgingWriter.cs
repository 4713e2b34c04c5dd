using System.Globalization;
using System.Text;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>
/// Appends instances to series of its own, a few at a time, deletes the files that they came from, and prints what each sync has
/// acknowledged, until the process is killed.
/// </summary>
/// <param name="template">A file of the series below, from which others are made.</param>
/// <param name="number">Tells this writer from others; 0 to 8.</param>
/// <param name="scratch">Where the files are made.</param>
internal sealed class AcknowledgingWriter(string template, int number, string scratch)
{
    private const string Study = "1.2.826.0.1.3680043.8.498.7001.1";
    private const int InstancesPerSeries = 12;
    private const int MaxInstancesPerSync = 3;

    private readonly Random _random = new(number);
    private int _instances;

    /// <param name="root">The directory of the store.</param>
    /// <param name="waits">Whether a line of standard input is awaited after each sync, before the lock goes.</param>
    /// <param name="flushesFolders">Whether the store does what makes it safe.</param>
    public async Task<int> RunAsync(string root, bool waits, bool flushesFolders)
    {
        var steps = new DefectiveSteps { FlushesFolders = flushesFolders };
        await using var store = new LocalObjectStore(root, new LocalObjectStoreOptions { Steps = steps });
        await using CodDatastore datastore = CodDatastore.FromStore(store);
        while (true)
        {
            string study = StudyOf(_instances / InstancesPerSeries);
            string[] files = [.. Enumerable.Range(0, _random.Next(1, MaxInstancesPerSync + 1)).Select(_ => WriteFile(study))];
            await using CodObject series = await datastore.OpenSeriesAsync(study, study + ".1", CodMode.Append);
            AppendResult result = await series.AppendAsync(files.Select(file => new Instance(file)), new AppendOptions { DeleteLocalOrigin = true });
            await series.SyncAsync();
            Console.WriteLine(string.Join('|', result.New.Select(added => $"{study} {added.Record!.Uid} {added.Record.Crc32c}")));
            if (waits)
            {
                await Console.In.ReadLineAsync();
            }
        }
    }

    /// <summary>UIDs of the same length, so that they can be put in place of those in the file.</summary>
    private string StudyOf(int series) => Study.Replace("7001", (1000 + (number * 1000) + series).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private string WriteFile(string study)
    {
        byte[] file = File.ReadAllBytes(template);
        string instance = $"1.2.{1_000_000 + (number * 100_000) + _instances++}.".PadRight(Study.Length + ".1.".Length, '1');
        Replace(file, $"{Study}.1.", instance);
        Replace(file, Study, study);
        string path = Path.Combine(scratch, $"{number}-{_instances}.dcm");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static void Replace(byte[] file, string old, string @new)
    {
        for (int at = 0; file.AsSpan(at).IndexOf(Encoding.ASCII.GetBytes(old)) is >= 0 and var next;)
        {
            at += next;
            Encoding.ASCII.GetBytes(@new).CopyTo(file, at);
            at += @new.Length;
        }
    }
}
