using System.Globalization;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.TestProcess.Steps;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>Appends files to a series in a directory, and stops for good before one of its changing requests, to be killed there.</summary>
internal static class StalledWriter
{
    public static async Task<int> RunAsync(string root, string studyUid, string seriesUid, string mode, string stallsAt, string[] files)
    {
        var fate = new StepFate(StepAction.Stall, StepKind.Change, int.Parse(stallsAt, CultureInfo.InvariantCulture));
        await using CodDatastore datastore = CodDatastore.FromStore(new StepStore(new LocalObjectStore(root), new StepCounter(fate, StallAsync)));
        await datastore.UpdateSeriesAsync(
            studyUid, seriesUid, CodModes.Parse(mode), series => series.AppendAsync(files.Select(file => new Instance(file))));
        Console.WriteLine("done");
        return 0;
    }

    private static Task StallAsync()
    {
        Console.WriteLine("stalled");
        return Task.Delay(Timeout.Infinite);
    }
}
