using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod verify</c>: whether everything that was stored is there.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Reads the archives of a series, or of a whole datastore, and compares them with metadata and index. Changes nothing.

        Examples:
          cod verify ./cod-store/studies/1.2/series/1.2.3
          cod verify ./cod-store --json
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("verify", Description) { series, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(series)!, parsed.GetValue(jobs), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(address, datastore, "Verifying series", jobs, json, async (id, token) =>
        {
            await using CodObject series = await datastore.OpenSeriesAsync(
                id.StudyUid, id.SeriesUid, CodMode.Read, new OpenSeriesOptions { OverrideErrors = true }, token);
            IntegrityReport report = await series.VerifyIntegrityAsync(cancellationToken: token);
            string summary = report.IsIntact ? "intact" : string.Join("", report.Findings.Select(f => $"\n  {f.Kind}: {f.Subject}: {f.Message}"));
            return new SeriesRun.Result(
                $"{report.Instances} instances, {report.ArchiveBytes:N0} bytes: {summary}",
                report.IsIntact ? ExitCode.Done : ExitCode.Findings,
                writer =>
                {
                    writer.WriteNumber("instances", report.Instances);
                    writer.WriteNumber("archive_bytes", report.ArchiveBytes);
                    writer.WriteBoolean("intact", report.IsIntact);
                    writer.WriteStartArray("findings");
                    foreach (IntegrityFinding finding in report.Findings)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("kind", finding.Kind.ToString());
                        writer.WriteString("subject", finding.Subject);
                        writer.WriteString("message", finding.Message);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                },
                report.ArchiveBytes);
        }, cancellationToken);
    }
}
