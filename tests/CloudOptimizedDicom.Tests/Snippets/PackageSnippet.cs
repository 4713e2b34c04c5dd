using CloudOptimizedDicom;

namespace Snippets;

internal static class PackageSnippet
{
    public static async Task RunAsync(string studyUid, string seriesUid, string instanceUid)
    {
        // <snippet:package>
        await using CodDatastore datastore = await CodDatastore.OpenAsync("gs://archive/cod");

        await datastore.UpdateSeriesAsync(studyUid, seriesUid, CodMode.Append, async series =>
        {
            AppendResult result = await series.AppendAsync([new Instance("scan/0001.dcm"), new Instance("gs://inbox/0002.dcm")]);
            Console.WriteLine($"{result.New.Count} new, {result.Same.Count} same");
        });

        await using CodObject read = await datastore.OpenSeriesAsync(studyUid, seriesUid, CodMode.Read);
        await using Stream dcm = await read.OpenInstanceAsync(instanceUid);      // by range, can seek, checksum checked
        DicomFrame frame = await read.ReadFrameAsync(instanceUid, 1);            // only its bytes are fetched
        // </snippet>
    }
}
