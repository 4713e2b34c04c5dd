using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod unlock</c>: removes the locks of writers that died.</summary>
internal static class UnlockCommand
{
    private const string Description = """
        Removes the lock of a series, or those of a study or a whole datastore. Only a lock that names no instance, so that its
        writer was beginning the series, and that is old enough by the clock of the store; --force removes any. Whoever holds a
        lock that is removed and still lives may go on until its next fence fails, so be sure that it died.

        Where something may be half-done, cod repair --force is better: it takes the lock over, with the copy of the metadata in it.

        Examples:
          cod unlock ./cod-store --older-than 1d
          cod unlock ./cod-store/studies/1.2/series/1.2.3 --force && cod verify ./cod-store/studies/1.2/series/1.2.3
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var force = new Option<bool>("--force") { Description = "Remove any lock, whose holder must be dead." };
        Option<TimeSpan> olderThan = CommandOptions.Duration(
            "--older-than", "Remove a lock without instances from this age on: 90s, 5m, 2h, 1d.", new UnlockOptions().OlderThan);
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("unlock", Description) { series, force, olderThan, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            new UnlockOptions { Force = parsed.GetValue(force), OlderThan = parsed.GetValue(olderThan) },
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, SeriesAddress address, UnlockOptions options, int jobs, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        return await SeriesRun.RunAsync(
            address,
            datastore,
            "Removing locks",
            jobs,
            json,
            async (id, token) =>
            {
                LockHolder? holder = await datastore.UnlockSeriesAsync(id.StudyUid, id.SeriesUid, options, token);
                return new SeriesRun.Result(
                    holder is null ? "not locked" : $"the lock of {holder} is removed; it may have left something half-done: cod verify tells",
                    ExitCode.Done,
                    writer =>
                    {
                        writer.WriteBoolean("unlocked", holder is not null);
                        IntegrityJson.WriteLock(writer, holder);
                    });
            },
            cancellationToken,
            listing => listing.IsLocked);
    }
}
