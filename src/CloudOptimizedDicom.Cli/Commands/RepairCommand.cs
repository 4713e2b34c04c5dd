using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod repair</c>: mends what a writer that died has left.</summary>
internal static class RepairCommand
{
    private const string Description = """
        Makes metadata and index again from the archives of a series, a study or a whole datastore, wherever something is wrong,
        and finishes deletions that were begun. Bytes that may be of an instance are never deleted.

        A series that somebody has locked is left alone. --force takes the lock over: whoever holds it and still lives
        may go on until its next fence fails, so be sure that it died. Where instances are lost, nothing is done unless
        --forget-lost drops them.

        Examples:
          cod repair ./cod-store --dry-run                               what would be done
          cod repair ./cod-store/studies/1.2/series/1.2.3 --force        after a writer that died
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var force = new Option<bool>("--force") { Description = "Take over locks that somebody holds, who must be dead." };
        var forgetLost = new Option<bool>("--forget-lost") { Description = "Drop instances whose bytes are nowhere from the metadata." };
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("repair", Description) { series, dryRun, force, forgetLost, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            new RepairOptions { DryRun = parsed.GetValue(dryRun), TakeOverLock = parsed.GetValue(force), ForgetLost = parsed.GetValue(forgetLost) },
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, RepairOptions options, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(address, datastore, "Repairing series", jobs, json, async (id, token) =>
        {
            RepairReport report = await datastore.RepairSeriesAsync(id.StudyUid, id.SeriesUid, options, token);
            return new SeriesRun.Result(
                Summarize(report, options),
                report.IsRefused ? ExitCode.Damaged : ExitCode.Done,
                writer =>
                {
                    IntegrityJson.WriteFindings(writer, report.Before);
                    IntegrityJson.WriteActions(writer, report.Actions);
                    writer.WriteStartArray("lost");
                    foreach (string uid in report.LostInstances)
                    {
                        writer.WriteStringValue(uid);
                    }

                    writer.WriteEndArray();
                    writer.WriteBoolean("refused", report.IsRefused);
                    writer.WriteBoolean("written", report.HasWritten);
                },
                report.Before.ArchiveBytes);
        }, cancellationToken);
    }

    private static string Summarize(RepairReport report, RepairOptions options)
    {
        if (report.IsRefused)
        {
            string lost = string.Concat(report.LostInstances.Select(uid => $"\n  lost: {uid}"));
            return $"not repaired, since what is lost cannot be made again; --forget-lost gives it up{lost}";
        }

        string actions = string.Concat(report.Actions.Select(action => $"\n  {action.Kind}: {action.Subject}: {action.Message}"));
        return report.Actions.Count == 0 ? "nothing to repair" : $"{(options.DryRun ? "to be repaired" : "repaired")}{actions}";
    }
}
