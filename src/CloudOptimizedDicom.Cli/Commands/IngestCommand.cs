using System.CommandLine;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod ingest</c>: DICOM files into a datastore, series by series.</summary>
internal static class IngestCommand
{
    private const string Description = """
        Stores DICOM files in a datastore, grouped by series. Running it again stores nothing twice.

        Files in folders that are not DICOM are skipped and counted. A file that cannot be stored costs no other. Series that
        somebody else is writing are skipped, and reported with exit code 3.

        What the Python package has stored as JPEG 2000 has another UID there: given again, the original is stored beside it, with a
        warning. With --same-by-path it counts as stored.

        A file that is not quite as DICOM wants it is stored as it is, with a warning; --strict refuses it.

        An inventory is CSV with a header line, or JSON Lines: uri (or bucket and name), and as far as they are known size,
        crc32c, study_uid, series_uid and instance_uid. What it knows need not be read.

        Examples:
          cod ingest scans/ --datastore ./cod-store
          cod ingest a.dcm b.dcm --datastore ./cod-store --mode write    replaces what the series had
          cod ingest scans/ --datastore ./cod-store --json               one JSON object a line and series
          cod ingest --from gs://inbox/today/ --datastore gs://archive/cod
          cod ingest --inventory today.csv --datastore gs://archive/cod --dry-run    what it would do, and cost
          cod ingest --inventory today.csv --datastore gs://archive/cod --report done.jsonl
          cod ingest scans/ --datastore ./cod-store --uid-key key.bin    stores series under UIDs that hide theirs
        """;

    private static readonly Argument<string[]> Paths = new("PATH") { Description = "Files, folders, gs:// and http(s):// URIs.", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<string[]> From = new("--from") { Description = "Store all objects whose URI begins so: gs://bucket/prefix." };

    private static readonly Option<string?> Inventory = new("--inventory") { Description = "Store what a list names: a file of CSV or JSON Lines, - for standard input." };

    private static readonly Option<string> Datastore = new("--datastore", "-d") { Description = "The datastore.", Required = true };

    private static readonly Option<CodMode> Mode = new("--mode")
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

    private static readonly Option<bool> SameByPath = new("--same-by-path")
    {
        Description = "Do not store again what the Python package has stored as JPEG 2000 under another UID, from the same path.",
    };

    private static readonly Option<string?> StorageClass = CommandOptions.StorageClass();

    private static readonly Option<string?> UidKey = new("--uid-key")
    {
        Description = "A file of 16 or more bytes that is the key by which UIDs are hidden: study, series and instances are stored under others. "
            + "The files and their tags keep their own.",
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Store nothing: tell what would be stored, with how many requests and bytes, and for how much." };

    private static readonly Option<string?> Prices = new("--prices")
    {
        Description = "A JSON file of prices in US dollars for --dry-run: source, class_a_per_1000, class_b_per_1000, down_per_gib, storage_per_gib_month.",
    };

    private static readonly Option<string?> Report = new("--report") { Description = "A file to which one JSON line an instance is added: uri, outcome, UIDs, warnings, error." };

    private static readonly Option<bool> Strict = new("--strict") { Description = "Do not store files that have warnings: cut off, damaged, or not as DICOM wants them." };

    private static readonly Option<bool> ReplaceTruncated = new("--replace-truncated")
    {
        Description = "Where the stored bytes are the first of a file's, as a transfer that broke off leaves them, store the whole file in their place.",
    };

    private static readonly Option<TimeSpan> Wait = CommandOptions.WaitForLock();

    private static readonly Option<int> Jobs = CommandOptions.Jobs();

    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("ingest", Description)
        {
            Paths, From, Inventory, Datastore, Mode, SameByPath, StorageClass, UidKey, DryRun, Prices, Report, Strict, ReplaceTruncated, Wait, Jobs, Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Paths) is not { Length: > 0 } && result.GetValue(From) is not { Length: > 0 } && result.GetValue(Inventory) is null)
            {
                result.AddError("Nothing to store: name files, folders or URIs, --from or --inventory.");
            }

            if (result.GetValue(Prices) is not null && !result.GetValue(DryRun))
            {
                result.AddError("--prices is for --dry-run.");
            }

            if (result.GetValue(Report) is not null && result.GetValue(DryRun))
            {
                result.AddError("--report tells what was stored, and --dry-run stores nothing; --json tells what it would.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static CodMode Fail(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // Ctrl-C is heard once this call has returned its task, and a pipe among the inputs may block before that.
        await Task.Yield();
        KeyedUidHasher? hasher = parsed.GetValue(UidKey) is { } key ? await UidKeyFile.ReadAsync(key, cancellationToken) : null;
        var input = new IngestInput(
            parsed.GetValue(Paths) ?? [], parsed.GetValue(From) ?? [], parsed.GetValue(Inventory), hasher is null ? null : hasher.Hash);
        var options = new IngestOptions
        {
            Mode = parsed.GetValue(Mode),
            MaxParallelism = Math.Max(1, parsed.GetValue(Jobs)),
            Append = new AppendOptions
            {
                SameByPath = parsed.GetValue(SameByPath),
                Strict = parsed.GetValue(Strict),
                ReplaceTruncated = parsed.GetValue(ReplaceTruncated),
            },
            OpenSeries = new OpenSeriesOptions { WaitForLock = parsed.GetValue(Wait), UsesHashedUids = hasher is not null },
        };
        PriceTable prices = parsed.GetValue(Prices) is { } table ? await PriceTable.ReadAsync(table, cancellationToken) : PriceTable.Default;
        await using CodDatastore datastore = await CommandOptions.OpenDatastoreAsync(
            parsed, parsed.GetValue(Datastore)!, cancellationToken, parsed.GetValue(StorageClass));
        using IngestReport? report = parsed.GetValue(Report) is { } file ? new IngestReport(file) : null;
        var run = new IngestRun(datastore, input, options, report, parsed.GetValue(Json));
        return parsed.GetValue(DryRun) ? await run.PlanAsync(prices, cancellationToken) : await run.StoreAsync(cancellationToken);
    }
}
