using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod copy</c>: copies series to another datastore.</summary>
internal static class CopyCommand
{
    private const string Description = """
        Copies a series, a study or a whole datastore to another datastore, be it a directory or a bucket. What is there already is
        not copied again, so a copy that was cut short goes on when it is run again. From bucket to bucket, archives do not pass
        through this machine.

        Another series of the same UIDs at the destination is left alone, and is an error; --overwrite replaces it. A series that
        somebody is writing at the destination is left alone as well: see --wait-for-lock. A copy that died may leave its lock, which
        names it: remove it with cod unlock --force, then copy again. An archive without metadata is not replaced either, unless a
        copy has left it: cod repair takes its instances in.

        Examples:
          cod copy ./cod-store gs://archive/cod --dry-run               what would be copied
          cod copy gs://archive/cod gs://mirror/cod --jobs 8
          cod copy gs://archive/cod/studies/1.2/series/1.2.3 ./cod-store
        """;

    public static Command Create()
    {
        Argument<SeriesAddress> series = CommandOptions.SeriesOrDatastore();
        var destination = new Argument<string>("DATASTORE") { Description = "Where to: a directory or gs://bucket/prefix. UIDs stay as they are." };
        destination.Validators.Add(result =>
        {
            if (SeriesAddress.Parse(result.Tokens.Single().Value).StudyUid is not null)
            {
                result.AddError($"\"{result.Tokens.Single().Value}\" is a part of a datastore; name the datastore.");
            }
        });
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace other series of the same UIDs at the destination." };
        Option<string?> storageClass = CommandOptions.StorageClass();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        Option<TimeSpan> waitForLock = CommandOptions.WaitForLock();
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("copy", Description) { series, destination, overwrite, storageClass, dryRun, waitForLock, jobs, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(series)!,
            parsed.GetValue(destination)!,
            new CopyOptions
            {
                Overwrite = parsed.GetValue(overwrite),
                DryRun = parsed.GetValue(dryRun),
                WaitForLock = parsed.GetValue(waitForLock),
            },
            parsed.GetValue(storageClass),
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        SeriesAddress address,
        string path,
        CopyOptions options,
        string? storageClass,
        int jobs,
        bool json,
        CancellationToken cancellationToken)
    {
        await using CodDatastore source = await CommandOptions.OpenExistingDatastoreAsync(parsed, address.Datastore, cancellationToken);
        await using CodDatastore destination = await CommandOptions.OpenDatastoreAsync(parsed, path, cancellationToken, storageClass);
        if (destination.Uri == source.Uri)
        {
            throw new UsageException($"{source.Uri} cannot be copied to itself.");
        }

        return await SeriesRun.RunAsync(address, source, "Copying series", jobs, json, async (id, token) =>
        {
            CopyReport report = await source.CopySeriesAsync(id.StudyUid, id.SeriesUid, destination, options, progress: null, token);
            return new SeriesRun.Result(
                Summarize(report),
                ExitCode.Done,
                writer =>
                {
                    writer.WriteString("destination", report.DestinationUri);
                    writer.WriteString("outcome", report.Outcome == CopyOutcome.Same ? "same" : "copied");
                    writer.WriteBoolean("written", report.HasWritten);
                    writer.WriteBoolean("server_side", report.IsServerSide);
                    writer.WriteNumber("instances", report.Instances);
                    writer.WriteNumber("replaced_instances", report.ReplacedInstances);
                    writer.WriteNumber("bytes", report.InstanceBytes);
                },
                report.InstanceBytes);
        }, cancellationToken, listing => listing.TimeUpdated is not null, mustExist: true);
    }

    private static string Summarize(CopyReport report)
    {
        string done = report.Outcome == CopyOutcome.Same ? "there already" : report.HasWritten ? "copied" : "to be copied";
        string how = report.IsServerSide ? " from bucket to bucket" : "";
        string over = report.ReplacedInstances > 0 ? $", in place of {report.ReplacedInstances} instances" : "";
        return $"{report.Instances} instances, {report.InstanceBytes:N0} bytes: {done}{how}{over}";
    }
}
