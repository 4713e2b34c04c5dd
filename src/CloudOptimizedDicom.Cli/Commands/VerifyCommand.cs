using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod verify</c>: whether everything that was stored is there.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Reads the archives of a series, a study or a whole datastore, and compares them with metadata and index. Changes nothing,
        and works as well where a series cannot be opened.

        What is found is damage, a deviation or a note. Damage: bytes are lost or changed, objects do not belong together, or a
        lock is older than --lock-older-than, so that its writer has probably died. It ends with 1 then. Deviations are only looked for
        with --deep: the bytes are as recorded, but the metadata says otherwise what is in them, as Python does in known ways; with
        --strict it ends with 1 for them as well, and cod repair --normalize mends them. Notes ask for nothing.

        Examples:
          cod verify ./cod-store/studies/1.2/series/1.2.3
          cod verify ./cod-store --json
          cod verify ./cod-store/studies/1.2 --deep     parses every instance and compares its tags as well
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var deep = new Option<bool>("--deep") { Description = "Compare UIDs, tags and frames with the instances themselves." };
        var strict = new Option<bool>("--strict") { Description = "End with 1 for deviations as well." };
        Option<TimeSpan> lockAge = CommandOptions.Duration(
            "--lock-older-than", "The age from which a lock is that of a dead writer: 90s, 5m, 2h, 1d.", new VerifyOptions().LockAbandonedAfter!.Value);
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("verify", Description) { series, deep, strict, lockAge, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            new VerifyOptions { Deep = parsed.GetValue(deep), LockAbandonedAfter = parsed.GetValue(lockAge) },
            parsed.GetValue(strict),
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, VerifyOptions options, bool isStrict, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(address, datastore, "Verifying series", jobs, json, async (id, token) =>
        {
            IntegrityReport report = await datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid, options, token);
            int deviations = report.Findings.Count(finding => finding.Class == IntegrityClass.Deviation);
            string state = (report.IsIntact, deviations) switch
            {
                (false, _) => "damaged",
                (true, 0) => "intact",
                _ => $"intact, with {deviations} deviations",
            };
            return new SeriesRun.Result(
                $"{report.Instances} instances, {report.ArchiveBytes:N0} bytes: {state}",
                report.IsIntact && !(isStrict && report.HasDeviations) ? ExitCode.Done : ExitCode.Findings,
                writer => IntegrityJson.WriteFindings(writer, report),
                report.ArchiveBytes)
            {
                Details = GroupedLines.Of(report.Findings),
            };
        }, cancellationToken);
    }
}
