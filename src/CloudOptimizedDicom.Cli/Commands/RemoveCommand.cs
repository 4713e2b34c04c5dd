using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod remove</c>: takes instances out of a series.</summary>
internal static class RemoveCommand
{
    private const string Description = """
        Removes instances from a series: the archive is written again without them, the others keep their bytes. The thumbnail
        of the series goes as well. One UID that is not there, and nothing is changed.

        Example:
          cod remove ./cod-store/studies/1.2/series/1.2.3 1.2.3.4 1.2.3.5
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.Series();
        var uids = new Argument<string[]>("INSTANCE_UID") { Description = "The UIDs that they are stored under.", Arity = ArgumentArity.OneOrMore };
        Option<TimeSpan> wait = CommandOptions.WaitForLock();
        var command = new Command("remove", Description) { series, uids, wait };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed, parsed.GetValue(series)!, parsed.GetValue(uids)!, parsed.GetValue(wait), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, SeriesAddress address, string[] uids, TimeSpan wait, CancellationToken cancellationToken)
    {
        SeriesId id = address.Series!;
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        var options = new OpenSeriesOptions { CreateIfMissing = false, WaitForLock = wait };
        await using CodObject series = await datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Append, options, cancellationToken);
        int before = series.StoredInstanceCount;
        if (before > 0 && series.GetInstances().All(instance => uids.Contains(instance.Record!.Uid)))
        {
            throw new UsageException("No instance would be left; cod delete deletes a series.");
        }

        await series.RemoveAsync(uids, cancellationToken);
        await series.SyncAsync(cancellationToken: cancellationToken);
        Terminal.WriteLine($"{id}: {before - series.StoredInstanceCount} removed, {series.StoredInstanceCount} left");
        return ExitCode.Done;
    }
}
