using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod extract</c>: instances back into files.</summary>
internal static class ExtractCommand
{
    private const string Description = """
        Writes all instances of a series, a study or a whole datastore to files named by their UID, byte for byte as they were
        stored. Run again, it writes only what is missing.

        Examples:
          cod extract ./cod-store/studies/1.2/series/1.2.3 -o out       writes out/<instance>.dcm
          cod extract ./cod-store -o out                                writes out/studies/<study>/series/<series>/<instance>.dcm
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var output = new Option<string>("--output", "-o") { Description = "The folder.", Required = true };
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("extract", Description) { series, output, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(output)!, parsed.GetValue(jobs), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, string output, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(address, datastore, "Extracting series", jobs, json, async (id, token) =>
        {
            await using CodObject series = await datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read, cancellationToken: token);
            string folder = address.Series is null ? Path.Combine(output, id.Path) : output;
            IReadOnlyList<string> files = await series.ExtractAsync(folder, cancellationToken: token);
            return new SeriesRun.Result(
                $"{files.Count} instances in {folder}",
                ExitCode.Done,
                writer =>
                {
                    writer.WriteNumber("instances", files.Count);
                    writer.WriteString("directory", folder);
                },
                series.GetInstances().Sum(instance => instance.Record!.SizeBytes));
        }, cancellationToken);
    }
}
