using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod get</c>: one instance, byte for byte.</summary>
internal static class GetCommand
{
    private const string Description = """
        Writes one instance to a file, byte for byte as it was stored, and checks its checksum.

        Examples:
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o image.dcm
          cod get ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 -o - | dcmdump -
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.Series();
        var instance = new Argument<string>("INSTANCE_UID") { Description = "The UID that the instance is stored under." };
        var output = new Option<string>("--output", "-o") { Description = "The file; - for standard output.", Required = true };
        var command = new Command("get", Description) { series, instance, output };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(instance)!, parsed.GetValue(output)!, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, string instanceUid, string output, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        await using CodObject series = await datastore.OpenSeriesAsync(
            address.Series!.StudyUid, address.Series.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        await using Stream instance = await series.OpenInstanceAsync(instanceUid, cancellationToken);
        if (output == "-")
        {
            await using Stream standardOutput = Console.OpenStandardOutput();
            await instance.CopyToAsync(standardOutput, cancellationToken);
            return ExitCode.Done;
        }

        // Only a whole file with the right checksum gets the name that was asked for.
        string partial = $"{output}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (FileStream file = File.Create(partial))
            {
                await instance.CopyToAsync(file, cancellationToken);
            }

            File.Move(partial, output, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        return ExitCode.Done;
    }
}
