using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod ingest</c>: DICOM files into a datastore, series by series.</summary>
internal static class IngestCommand
{
    private const string Description = """
        Stores DICOM files in a datastore, grouped by series. Running it again stores nothing twice.

        Files in folders that are not DICOM are skipped and counted. A file that cannot be stored costs no other.

        Examples:
          cod ingest scans/ --datastore ./cod-store
          cod ingest a.dcm b.dcm --datastore ./cod-store --mode write    replaces what the series had
          cod ingest scans/ --datastore ./cod-store --json               one JSON object a line and series
          cod ingest --from gs://inbox/today/ --datastore gs://archive/cod
          cod ingest scans/ --datastore ./cod-store --uid-key key.bin    stores series under UIDs that hide theirs
        """;

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders, gs:// and http(s):// URIs.", Arity = ArgumentArity.ZeroOrMore };
        var from = new Option<string[]>("--from") { Description = "Store all objects whose URI begins so: gs://bucket/prefix." };
        var storageClass = new Option<string?>("--storage-class") { Description = "The storage class of archives. [default: STANDARD]" };
        var datastore = new Option<string>("--datastore", "-d") { Description = "The datastore.", Required = true };
        var mode = new Option<CodMode>("--mode")
        {
            Description = "append: add to what is stored; write: replace it, series by series.",
            DefaultValueFactory = _ => CodMode.Append,
            CustomParser = result => result.Tokens.Single().Value switch
            {
                "append" or "a" => CodMode.Append,
                "write" or "w" => CodMode.Write,
                string other => Fail(result, $"\"{other}\" is no mode: append or write."),
            },
        };
        var uidKey = new Option<string?>("--uid-key")
        {
            Description = "A file of 16 or more bytes that is the key by which UIDs are hidden: study, series and instances are stored under others. "
                + "The files and their tags keep their own.",
        };
        Option<TimeSpan> wait = CommandOptions.WaitForLock();
        Option<int> jobs = CommandOptions.Jobs();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("ingest", Description) { paths, from, datastore, mode, storageClass, uidKey, wait, jobs, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(paths) is not { Length: > 0 } && result.GetValue(from) is not { Length: > 0 })
            {
                result.AddError("Nothing to store: name files, folders or URIs, or --from.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            parsed.GetValue(paths) ?? [],
            parsed.GetValue(from) ?? [],
            parsed.GetValue(datastore)!,
            parsed.GetValue(storageClass),
            parsed.GetValue(mode),
            new OpenSeriesOptions { WaitForLock = parsed.GetValue(wait), UsesHashedUids = parsed.GetValue(uidKey) is not null },
            parsed.GetValue(uidKey),
            parsed.GetValue(jobs),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static CodMode Fail(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string[] paths,
        string[] listings,
        string datastorePath,
        string? storageClass,
        CodMode mode,
        OpenSeriesOptions options,
        string? uidKey,
        int jobs,
        bool json,
        CancellationToken cancellationToken)
    {
        jobs = Math.Max(1, jobs);
        await using CodDatastore datastore = await CommandOptions.OpenDatastoreAsync(parsed, datastorePath, cancellationToken, storageClass);
        KeyedUidHasher? hasher = uidKey is null ? null : await UidKeyFile.ReadAsync(uidKey, cancellationToken);
        InstanceGroups groups = await InstanceGroups.ReadAsync(datastore, paths, listings, hasher is null ? null : hasher.Hash, jobs, cancellationToken);
        var totals = new IngestTotals();
        if (groups.Errors.Count > 0)
        {
            var unknown = SeriesOutcome.OfErrors(id: null, groups.Errors);
            totals.Add(unknown);
            Print(unknown, json);
        }

        int instances = groups.Series.Values.Sum(list => list.Count);
        await ProgressDisplay.RunAsync("Storing instances", instances, isWanted: !json, report => Parallel.ForEachAsync(
            groups.Series,
            new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken },
            async (group, token) =>
            {
                var progress = new StepProgress(report);
                bool mayReplace = groups.Errors.Count == 0;
                SeriesOutcome outcome = await StoreAsync(datastore, group.Key, group.Value, mode, options, mayReplace, progress, token);
                lock (totals)
                {
                    totals.Add(outcome);
                    Print(outcome, json);
                }

                // The instances hold their tags, and there may be millions of them.
                group.Value.Clear();
            }));
        if (!json)
        {
            Terminal.WriteLine($"{totals}; {groups.Skipped} files are not DICOM");
        }

        return totals.ExitCode;
    }

    private static async Task<SeriesOutcome> StoreAsync(
        CodDatastore datastore,
        SeriesId id,
        List<Instance> instances,
        CodMode mode,
        OpenSeriesOptions options,
        bool mayReplace,
        IProgress<InstanceProgress> progress,
        CancellationToken cancellationToken)
    {
        var appendOptions = new AppendOptions { Progress = progress };
        try
        {
            if (mode == CodMode.Append)
            {
                AppendResult appended = await datastore.AppendToSeriesAsync(id.StudyUid, id.SeriesUid, instances, appendOptions, options, cancellationToken);
                return new SeriesOutcome(id, appended.New, appended.Same, appended.Conflict, appended.Errors, IsLocked: false);
            }

            await using CodObject series = await datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, mode, options, cancellationToken);
            AppendResult result = await series.AppendAsync(instances, appendOptions, cancellationToken);
            if (series.StoredInstanceCount > 0 && (!mayReplace || result.Errors.Count > 0))
            {
                // What could not be read now may be what the store has: replacing the series would lose it.
                var refusal = new InvalidOperationException("Not stored: others could not be read, and writing would drop what the series has.");
                return SeriesOutcome.OfErrors(id, [.. result.Errors, .. result.New.Select(instance => new AppendError(instance, refusal))]);
            }

            if (result.New.Count > 0)
            {
                await series.SyncAsync(cancellationToken: cancellationToken);
            }

            return new SeriesOutcome(id, result.New, result.Same, result.Conflict, result.Errors, IsLocked: false);
        }
        catch (Exception error) when (CodCommandLine.ToExitCode(error) is not null)
        {
            return SeriesOutcome.OfErrors(id, [.. instances.Select(instance => new AppendError(instance, error))], error is LockAcquisitionException);
        }
    }

    private static void Print(SeriesOutcome outcome, bool json)
    {
        if (json)
        {
            JsonLines.Write(outcome.WriteTo);
            return;
        }

        if (outcome.Id is not null)
        {
            Terminal.WriteLine(
                $"{outcome.Id}: {outcome.New.Count} new, {outcome.Same.Count} same, {outcome.Conflict.Count} conflicting, {outcome.Errors.Count} failed");
        }

        foreach (Instance conflict in outcome.Conflict)
        {
            Terminal.WriteError($"{conflict.OriginalPath}: other bytes are stored under its UID; they stay.");
        }

        foreach (AppendError error in outcome.Errors)
        {
            Terminal.WriteError($"{error.Instance.OriginalPath}: {error.Error.Message}");
        }
    }
}
