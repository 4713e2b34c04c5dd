using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod verify</c>: whether everything that was stored is there.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Reads the archives of a series, a study or a whole datastore, and compares them with metadata and index. Changes nothing,
        and works as well where a series cannot be opened.

        Examples:
          cod verify ./cod-store/studies/1.2/series/1.2.3
          cod verify ./cod-store --json
          cod verify ./cod-store/studies/1.2 --deep     parses every instance and compares its tags as well
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var deep = new Option<bool>("--deep") { Description = "Compare UIDs, tags and frames with the instances themselves." };
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("verify", Description) { series, deep, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            new VerifyOptions { Deep = parsed.GetValue(deep) },
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, VerifyOptions options, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(address, datastore, "Verifying series", jobs, json, async (id, token) =>
        {
            IntegrityReport report = await datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid, options, token);
            string findings = string.Concat(report.Findings.Select(finding => $"\n  {finding.Kind}: {finding.Subject}: {finding.Message}"));
            return new SeriesRun.Result(
                $"{report.Instances} instances, {report.ArchiveBytes:N0} bytes: {(report.IsIntact ? "intact" : "damaged")}{findings}",
                report.IsIntact ? ExitCode.Done : ExitCode.Findings,
                writer => IntegrityJson.WriteFindings(writer, report),
                report.ArchiveBytes);
        }, cancellationToken);
    }
}
