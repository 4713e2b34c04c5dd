using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod export</c>: what is in instances, in files of its own.</summary>
internal static class ExportCommand
{
    private const string Description = """
        Writes each frame of a series, as it is stored, to a file named by its instance and its number, which counts from 1: .jpg,
        .jls, .j2k, .jhc (high-throughput JPEG 2000), .jxl, .rle, .raw for samples, .bin for anything else. Run again, it fetches
        and writes only what is missing or not what it has written: a list of checksums, .frames.json, is kept beside the frames,
        and frames of an earlier run that are cut or stale are deleted. An instance that is damaged does not keep the others from
        being written; the command ends with 1 then.

        Examples:
          cod export ./cod-store/studies/1.2/series/1.2.3 --frames -o out       writes out/<instance>/<number>.<extension>
          cod export ./cod-store/studies/1.2/series/1.2.3 --frames -o out --instance 1.2.3.4 --json
        """;

    private static readonly (string Name, DicomTag Tag)[] Numbers =
    [
        ("rows", DicomTag.Rows), ("columns", DicomTag.Columns), ("samples_per_pixel", DicomTag.SamplesPerPixel),
        ("bits_allocated", DicomTag.BitsAllocated), ("bits_stored", DicomTag.BitsStored), ("high_bit", DicomTag.HighBit),
        ("pixel_representation", DicomTag.PixelRepresentation), ("planar_configuration", DicomTag.PlanarConfiguration),
    ];

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.Series();
        var frames = new Option<bool>("--frames") { Description = "Export frames.", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "The folder.", Required = true };
        var instance = new Option<string?>("--instance") { Description = "Only those of one instance, by the UID that it is stored under." };
        var jobs = new Option<int>("--jobs", "-j") { Description = "How many requests to make at once.", DefaultValueFactory = _ => 4 };
        Option<bool> json = CommandOptions.Json("Print one JSON object for each frame, for programs.");
        var command = new Command("export", Description) { series, frames, output, instance, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, Path.GetFullPath(parsed.GetValue(output)!), parsed.GetValue(instance), parsed.GetValue(jobs), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, string root, string? instanceUid, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        await using CodObject series = await datastore.OpenSeriesAsync(
            address.Series!.StudyUid, address.Series.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        IReadOnlyList<Instance> instances = instanceUid is null ? series.GetInstances() : [series.GetInstance(instanceUid)];
        int parallel = Math.Max(1, jobs);
        var options = new FrameReadOptions { MaxParallelRequests = Math.Max(1, parallel / Math.Max(1, instances.Count)) };
        int written = 0;
        int skipped = 0;
        int failed = 0;
        await Parallel.ForEachAsync(
            instances,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (instance, token) =>
            {
                try
                {
                    (int here, int before) = await ExportAsync(series, instance, FolderOf(series, root, instance), options, json, token);
                    Interlocked.Add(ref written, here);
                    Interlocked.Add(ref skipped, before);
                }
                catch (Exception error) when (CodCommandLine.ToExitCode(error) is not null)
                {
                    Terminal.WriteError(error.Message);
                    Interlocked.Increment(ref failed);
                }
            });
        if (!json)
        {
            Terminal.WriteLine($"{written} frames written to {root}, {skipped} were there, {failed} instances failed");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.Findings;
    }

    /// <summary>UIDs of a foreign series are text of unknown origin; only a plain name becomes a folder.</summary>
    private static string FolderOf(CodObject series, string root, Instance instance) => DicomUid.IsSafeName(instance.StoredUid)
        ? Path.Combine(root, instance.StoredUid)
        : throw new SeriesDamagedException(series.Uri, $"\"{instance.StoredUid}\" cannot name a folder");

    private static async Task<(int Written, int Skipped)> ExportAsync(
        CodObject series, Instance instance, string folder, FrameReadOptions options, bool json, CancellationToken cancellationToken)
    {
        string uid = instance.StoredUid!;
        int count = series.GetFrameCount(uid);
        if (count == 0)
        {
            return (0, 0);
        }

        var frames = new ExportedFrames(folder, instance.Record!.Crc32c);
        IReadOnlyDictionary<int, string> there = await frames.FindAsync(cancellationToken);
        foreach ((int number, string file) in there.Where(frame => json && frame.Key <= count).OrderBy(frame => frame.Key))
        {
            Print(instance, number, file, new FileInfo(file).Length, isNew: false);
        }

        int written = 0;
        Directory.CreateDirectory(folder);
        try
        {
            await foreach (DicomFrame frame in series.ReadFramesAsync(uid, Enumerable.Range(1, count).Where(number => !there.ContainsKey(number)), options, cancellationToken))
            {
                string file = await frames.WriteAsync(frame, cancellationToken);
                written++;
                if (json)
                {
                    Print(instance, frame.FrameNumber, file, frame.Bytes.Length, isNew: true);
                }
            }
        }
        finally
        {
            await frames.FinishAsync();
        }

        return (written, count - written);
    }

    private static void Print(Instance instance, int number, string file, long bytes, bool isNew) => JsonLines.Write(writer =>
    {
        DicomJsonDataset tags = instance.Metadata;
        writer.WriteStartObject();
        writer.WriteString("instance_uid", instance.StoredUid);
        writer.WriteNumber("frame", number);
        writer.WriteString("file", file);
        writer.WriteNumber("size", bytes);
        writer.WriteBoolean("new", isNew);
        writer.WriteString("transfer_syntax_uid", tags.GetString(DicomTag.TransferSyntaxUID));
        writer.WriteString("photometric_interpretation", tags.GetString(DicomTag.PhotometricInterpretation));
        foreach ((string name, DicomTag tag) in Numbers)
        {
            if (tags.GetInt(tag) is { } value)
            {
                writer.WriteNumber(name, value);
            }
            else
            {
                writer.WriteNull(name);
            }
        }

        writer.WriteEndObject();
    });
}
