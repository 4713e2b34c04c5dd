// <snippet:library>
using CloudOptimizedDicom;
using CloudOptimizedDicom.Part10;
// </snippet>

// Not below the library's namespace, so that it needs the usings that it shows.
namespace Snippets;

internal static class LibrarySnippet
{
    public static async Task RunAsync(string studyUid, string seriesUid, string instanceUid)
    {
        // <snippet:library>
        await using CodDatastore datastore = await CodDatastore.OpenAsync("./cod-store");

        // Takes the lock, appends, commits and releases; an exception commits nothing.
        await datastore.UpdateSeriesAsync(studyUid, seriesUid, CodMode.Append, async series =>
        {
            AppendResult result = await series.AppendAsync([new Instance("scan/0001.dcm"), new Instance("scan/0002.dcm")]);
            Console.WriteLine($"{result.New.Count} new, {result.Same.Count} same, {result.Conflict.Count} conflicting");
        });

        await using CodObject read = await datastore.OpenSeriesAsync(studyUid, seriesUid, CodMode.Read);
        foreach (Instance instance in read.GetInstances())                       // stored order, no request
        {
            Console.WriteLine(instance.Metadata.GetString(DicomTag.PatientName));
            await using Stream dcm = await read.OpenInstanceAsync(instance);     // by range, can seek, checksum checked
        }

        await foreach (StreamedInstance streamed in read.StreamSeriesAsync())     // all of them with one request, each checked
        {
            Console.WriteLine($"{streamed.Instance.Record!.Uid}: {streamed.Content.Length} bytes");
        }

        DicomFrame frame = await read.ReadFrameAsync(instanceUid, 41);           // counted from 1; only its bytes are fetched
        await foreach (DicomFrame each in read.ReadFramesAsync(instanceUid))      // few requests, a bounded number of bytes ahead
        {
            Console.WriteLine($"{each.FrameNumber}: {each.Rows} x {each.Columns}, {each.TransferSyntax}, {each.Bytes.Length} bytes");
        }

        // Any number of instances of any series: grouped, several series at once; what is stored already costs two requests a series.
        await using FileStream inventory = File.OpenRead("day.csv");             // uri,size,crc32c,study_uid,series_uid,instance_uid
        await foreach (SeriesIngest series in datastore.IngestAsync(InstanceInventory.ReadAsync(inventory)))
        {
            Console.WriteLine($"{series.Id}: {series.New.Count} new, {series.Errors.Count} failed{(series.IsLocked ? ", locked" : "")}");
        }

        IntegrityReport report = await read.VerifyIntegrityAsync();
        RepairReport mended = await datastore.RepairSeriesAsync(studyUid, seriesUid, new RepairOptions { DryRun = true });
        // </snippet>
    }
}
