using System.Globalization;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.TestProcess;

/// <summary>Appends files to a series in a directory, and stops for good before one of its changing requests, to be killed there.</summary>
internal static class StalledWriter
{
    public static async Task<int> RunAsync(string root, string studyUid, string seriesUid, string mode, string stallsAt, string[] files)
    {
        int request = int.Parse(stallsAt, CultureInfo.InvariantCulture);
        await using CodDatastore datastore = CodDatastore.FromStore(new StallingStore(new LocalObjectStore(root), request));
        await datastore.UpdateSeriesAsync(
            studyUid, seriesUid, CodModes.Parse(mode), series => series.AppendAsync(files.Select(file => new Instance(file))));
        Console.WriteLine("done");
        return 0;
    }
}
