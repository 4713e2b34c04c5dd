using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod extract</c>: instances back into files.</summary>
internal static class ExtractCommand
{
    private const string Description = """
        Writes all instances of a series, a study or a whole datastore to files named by their UID, byte for byte as they were
        stored. Run again, it writes only what is missing. An instance that is damaged does not keep the others from being
        written: it is named, and the command ends with 1.

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
            (IReadOnlyList<string> files, IReadOnlyList<TarValidationException> faults) = await ExtractAsync(series, folder, token);
            return new SeriesRun.Result(
                $"{files.Count} instances in {folder}{(faults.Count == 0 ? "" : $", {faults.Count} damaged or missing; cod repair --from puts back what originals have")}",
                faults.Count == 0 ? ExitCode.Done : ExitCode.Findings,
                writer =>
                {
                    writer.WriteNumber("instances", files.Count);
                    writer.WriteString("directory", folder);
                    writer.WriteStartArray("missing");
                    foreach (TarValidationException fault in faults)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("instance_uid", fault.InstanceUid);
                        writer.WriteString("reason", fault.Message);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                },
                series.GetInstances().Sum(instance => instance.Record!.SizeBytes))
            {
                Details = GroupedLines.Of(faults, _ => "missing", fault => fault.InstanceUid, fault => fault.Message),
            };
        }, cancellationToken);
    }

    private static async Task<(IReadOnlyList<string> Files, IReadOnlyList<TarValidationException> Faults)> ExtractAsync(
        CodObject series, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return (await series.ExtractAsync(folder, cancellationToken: cancellationToken), []);
        }
        catch (InstancesNotExtractedException error)
        {
            return (error.Files, error.Faults);
        }
    }
}
