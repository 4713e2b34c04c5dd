using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod get</c>: one instance or one frame, byte for byte.</summary>
internal static class GetCommand
{
    private const string Description = """
        Writes one instance to a file, byte for byte as it was stored, and checks its checksum; or one of its frames, as it is
        stored, for which only the bytes of that frame are fetched. Frames are counted from 1, as in DICOM.

        Examples:
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o image.dcm
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o - | dcmdump -
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 --frame 42 -o 42.jpg
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.Series();
        var instance = new Argument<string>("INSTANCE_UID") { Description = "The UID that the instance is stored under." };
        var output = new Option<string>("--output", "-o") { Description = "The file; - for standard output.", Required = true };
        var frame = new Option<int?>("--frame") { Description = "The number of a frame, from 1." };
        frame.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
            {
                result.AddError("Frames are counted from 1.");
            }
        });
        var command = new Command("get", Description) { series, instance, frame, output };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(instance)!, parsed.GetValue(frame), parsed.GetValue(output)!, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, string instanceUid, int? frameNumber, string output, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        await using CodObject series = await datastore.OpenSeriesAsync(
            address.Series!.StudyUid, address.Series.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        if (frameNumber is { } number)
        {
            DicomFrame frame = await series.ReadFrameAsync(instanceUid, number, cancellationToken);
            await OutputFile.WriteAsync(output, file => file.WriteAsync(frame.Bytes, cancellationToken).AsTask());
            return ExitCode.Done;
        }

        await using Stream instance = await series.OpenInstanceAsync(instanceUid, cancellationToken);
        await OutputFile.WriteAsync(output, file => instance.CopyToAsync(file, cancellationToken));
        return ExitCode.Done;
    }
}
