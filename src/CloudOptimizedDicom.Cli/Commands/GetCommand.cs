using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod get</c>: one instance or one frame, byte for byte.</summary>
internal static class GetCommand
{
    private const string Description = """
        Writes one instance to a file, byte for byte as it was stored, and checks its checksum; or one of its frames, as it is
        stored, for which only the bytes of that frame are fetched. Frames are counted from 1, as in DICOM. With --header, all
        that stands before the pixels, as a DICOM file of its own; the pixels are not fetched.

        Examples:
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o image.dcm
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o - | dcmdump -
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 --frame 42 -o 42.jpg
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 --header -o - | dcmdump -
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
        var header = new Option<bool>("--header") { Description = "Only what stands before the pixels." };
        var command = new Command("get", Description) { series, instance, frame, header, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(header) && result.GetValue(frame) is not null)
            {
                result.AddError("Either a frame or the header.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            SeriesAddress address = parsed.GetValue(series)!;
            await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
            await using CodObject stored = await datastore.OpenSeriesAsync(
                address.Series!.StudyUid, address.Series.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
            await WriteAsync(stored, parsed.GetValue(instance)!, parsed.GetValue(frame), parsed.GetValue(header), parsed.GetValue(output)!, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteAsync(
        CodObject series, string instanceUid, int? frameNumber, bool isHeader, string output, CancellationToken cancellationToken)
    {
        if (frameNumber is { } number)
        {
            DicomFrame frame = await series.ReadFrameAsync(instanceUid, number, cancellationToken);
            await OutputFile.WriteAsync(output, file => file.WriteAsync(frame.Bytes, cancellationToken).AsTask());
        }
        else if (isHeader)
        {
            byte[] header = await series.ReadHeaderAsync(instanceUid, cancellationToken);
            await OutputFile.WriteAsync(output, file => file.WriteAsync(header, cancellationToken).AsTask());
        }
        else
        {
            await using Stream instance = await series.OpenInstanceAsync(instanceUid, cancellationToken);
            await OutputFile.WriteAsync(output, file => instance.CopyToAsync(file, cancellationToken));
        }
    }
}
