using System.Diagnostics;
using System.Globalization;
using CloudOptimizedDicom.Benchmarks.Data;

namespace CloudOptimizedDicom.Benchmarks.Scale;

/// <summary>Large work, once, each in a process of its own: time, processor time and the most memory that was resident.</summary>
internal static class ScaleRun
{
    private static readonly (string Name, Func<Workspace, Action, Task> Work)[] Runs =
    [
        ("ingest 1,000 x 13 KB", (workspace, begin) => Ingests.ManyInstancesAsync(workspace, 1000, begin)),
        ("ingest 1,000 x 13 KB ten times, warm", (workspace, begin) => Ingests.WarmAsync(workspace, times: 10, begin)),
        ("ingest 5,000 instances into one series", (workspace, begin) => Ingests.ManyInstancesAsync(workspace, 5000, begin)),
        ("ingest 50,000 instances into one series", (workspace, begin) => Ingests.ManyInstancesAsync(workspace, 50_000, begin)),
        ("ingest and list 2,000 series", (workspace, begin) => Ingests.ManySeriesAsync(workspace, 2000, begin)),
        ("ingest and list 20,000 series", (workspace, begin) => Ingests.ManySeriesAsync(workspace, 20_000, begin)),
        ("ingest and read 600 MiB in one instance", (workspace, begin) => Ingests.LargeInstanceAsync(workspace, 600L << 20, begin)),
        ("ingest and read 6 GiB in one instance", (workspace, begin) => Ingests.LargeInstanceAsync(workspace, 6L << 30, begin)),
    ];

    /// <summary>Runs those whose names contain one of the words, or all.</summary>
    public static async Task RunAsync(string[] words, TextWriter output)
    {
        if (words is ["--one", string index])
        {
            await RunOneAsync(Runs[int.Parse(index, CultureInfo.InvariantCulture)], output);
            return;
        }

        await output.WriteLineAsync("| work | time, s | processor time, s | resident at most, MB |");
        await output.WriteLineAsync("|---|---|---|---|");
        for (int i = 0; i < Runs.Length; i++)
        {
            if (words.Length > 0 && !words.Any(word => Runs[i].Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            using Process process = Process.Start(Environment.ProcessPath!, [.. Host(), "scale", "--one", $"{i}"]);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>What stands between the program and its arguments: the assembly, where the program is dotnet itself.</summary>
    private static string[] Host() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ScaleRun).Assembly.Location] : [];

    private static async Task RunOneAsync((string Name, Func<Workspace, Action, Task> Work) run, TextWriter output)
    {
        using var workspace = new Workspace();
        using var process = Process.GetCurrentProcess();
        long began = 0;
        TimeSpan processor = default;
        await run.Work(workspace, () => (began, processor) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime));
        process.Refresh();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {run.Name} | {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} | {(process.TotalProcessorTime - processor).TotalSeconds:0.00} | {process.PeakWorkingSet64 / 1e6:0} |"));
    }
}
