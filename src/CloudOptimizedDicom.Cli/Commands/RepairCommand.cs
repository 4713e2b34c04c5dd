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
        may go on until its next fence fails, so be sure that it died.

        An instance whose bytes are gone, or are not those of its checksum, is lost. --from puts it back from an original
        that has the recorded size and checksum, whatever its name is. Where instances are lost all the same, nothing is
        done unless --forget-lost drops their records; bytes that are not the recorded ones stay in the archive as a member
        damaged/... and are never an instance again. It ends with 5 where nothing was done, and with 0 otherwise.

        --normalize also writes those records anew that do not say what is in their instances, as cod verify --deep names them:
        tags, frames and UIDs are read from the instances again. Archives, paths and other fields stay.

        Examples:
          cod repair ./cod-store --dry-run                               what would be done
          cod repair ./cod-store/studies/1.2/series/1.2.3 --force        after a writer that died
          cod repair ./cod-store --from ./inbox gs://backup/2024/        puts lost and damaged instances back
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var force = new Option<bool>("--force") { Description = "Take over locks that somebody holds, who must be dead." };
        var forgetLost = new Option<bool>("--forget-lost") { Description = "Drop instances whose bytes are nowhere from the metadata." };
        var normalize = new Option<bool>("--normalize") { Description = "Write records that deviate from their instances anew." };
        var from = new Option<string[]>("--from")
        {
            Description = "Originals of lost and damaged instances: files, folders, gs:// objects and prefixes, http(s) URIs.",
            HelpName = "PATH",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("repair", Description) { series, from, dryRun, force, forgetLost, normalize, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            parsed.GetValue(from) ?? [],
            new RepairOptions
            {
                DryRun = parsed.GetValue(dryRun),
                TakeOverLock = parsed.GetValue(force),
                ForgetLost = parsed.GetValue(forgetLost),
                Normalize = parsed.GetValue(normalize),
            },
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, string[] from, RepairOptions options, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        ILookup<bool, string> places = from.ToLookup(path => path.StartsWith("gs://", StringComparison.OrdinalIgnoreCase));
        var input = new IngestInput([.. places[false]], [.. places[true]], inventory: null, uidHasher: null);
        options = options with { Originals = await input.ReadAsync(datastore, cancellationToken).ToListAsync(cancellationToken) };
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
                report.Before.ArchiveBytes)
            {
                Details = Detail(report),
            };
        }, cancellationToken);
    }

    private static string Summarize(RepairReport report, RepairOptions options)
    {
        if (report.IsRefused)
        {
            return "not repaired, since what is lost cannot be made again; --from puts back what originals have, --forget-lost gives it up";
        }

        return report.Actions.Count == 0 ? "nothing to repair" : options.DryRun ? "to be repaired" : "repaired";
    }

    private static IEnumerable<string> Detail(RepairReport report) =>
        GroupedLines.Of(report.IsRefused ? report.LostInstances : [], _ => "lost", uid => uid, _ => "").Concat(GroupedLines.Of(report.Actions));
}
