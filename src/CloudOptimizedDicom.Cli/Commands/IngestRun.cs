using System.Globalization;
using System.Text.Json;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>One run of <c>cod ingest</c>, or its rehearsal.</summary>
internal sealed class IngestRun(CodDatastore datastore, IngestInput input, IngestOptions options, IngestReport? report, bool json)
{
    private readonly IngestTotals _totals = new();

    /// <summary>Stores, and prints each series as it is done.</summary>
    public async Task<int> StoreAsync(CancellationToken cancellationToken)
    {
        await ProgressDisplay.RunAsync("Storing instances", isWanted: !json, async (expect, done) =>
        {
            input.OnInstance = () => expect(1);
            var append = options.Append with { Progress = new StepProgress(done) };
            await foreach (SeriesIngest series in datastore.IngestAsync(
                ReadInput(cancellationToken), options with { Append = append, IsForeign = input.Skip }, cancellationToken))
            {
                Add(series);
            }
        });
        PrintTotals();
        return _totals.ExitCode;
    }

    /// <summary>Prints what would be done to each series, and what all of it would cost.</summary>
    public async Task<int> PlanAsync(PriceTable prices, CancellationToken cancellationToken)
    {
        RequestEstimate cost = default;
        long archiveBytes = 0;
        await ProgressDisplay.RunAsync("Planning", isWanted: !json, async (expect, done) =>
        {
            input.OnInstance = () => expect(1);
            await foreach (SeriesPlan plan in datastore.PlanIngestAsync(ReadInput(cancellationToken), options with { IsForeign = input.Skip }, cancellationToken))
            {
                cost += plan.Cost;
                archiveBytes += plan.ArchiveBytes;
                SeriesIngest outcome = plan.Outcome;
                done(outcome.New.Count + outcome.Same.Count + outcome.Conflict.Count + outcome.Errors.Count, 0);
                Add(outcome, writer => IngestJson.Write(writer, plan.Cost, prices.Of(plan.Cost)));
            }
        });
        PrintTotals();
        PrintCost(cost + new RequestEstimate(ClassA: input.ListRequests), archiveBytes, prices);
        return _totals.ExitCode;
    }

    private IAsyncEnumerable<Instance> ReadInput(CancellationToken cancellationToken)
    {
        // What cannot be used may be an instance that the series has: nothing is replaced then.
        input.OnBadRow = options.Mode == CodMode.Write ? null : AddBadRow;
        input.OnUnreadable = options.Mode == CodMode.Write ? null : AddUnreadable;
        return input.ReadAsync(datastore, cancellationToken);
    }

    private void AddBadRow(InventoryException error)
    {
        lock (_totals)
        {
            report?.Add(error);
            AddUnusable(error.Message, writer => IngestJson.Write(writer, error));
        }
    }

    private void AddUnreadable(SourceReadException error)
    {
        lock (_totals)
        {
            report?.Add(error);
            AddUnusable(error.Message, writer => IngestJson.Write(writer, error));
        }
    }

    private void AddUnusable(string message, Action<Utf8JsonWriter> write)
    {
        _totals.AddUnusable();
        if (json)
        {
            JsonLines.Write(write);
        }
        else
        {
            Terminal.WriteError(message);
        }
    }

    private void Add(SeriesIngest series, Action<Utf8JsonWriter>? writeMore = null)
    {
        lock (_totals)
        {
            _totals.Add(series);
            report?.Add(series);
            Print(series, writeMore);
        }
    }

    private void Print(SeriesIngest series, Action<Utf8JsonWriter>? writeMore)
    {
        if (json)
        {
            JsonLines.Write(writer =>
            {
                writer.WriteStartObject();
                IngestJson.Write(writer, series);
                writeMore?.Invoke(writer);
                writer.WriteEndObject();
            });
            return;
        }

        if (series.Id is not null)
        {
            Terminal.WriteLine(
                $"{series.Id}: {series.New.Count} new, {series.Same.Count} same, {series.Conflict.Count} conflicting, {series.Errors.Count} failed");
        }

        foreach (Instance conflict in series.Conflict)
        {
            Terminal.WriteError(series.Reasons.GetValueOrDefault(conflict) == AppendReason.StoredIsBeginning
                ? $"{conflict.OriginalPath}: what is stored under its UID is its beginning, cut off; --replace-truncated stores it in its place."
                : $"{conflict.OriginalPath}: other bytes are stored under its UID; they stay.");
        }

        // A refusal for its warnings names them itself.
        foreach (IGrouping<Instance, InstanceWarning> warnings in series.Warnings
            .Where(warning => series.Reasons.GetValueOrDefault(warning.Instance) != AppendReason.Failed).GroupBy(warning => warning.Instance))
        {
            string more = warnings.Count() > 1 ? $", and {warnings.Count() - 1} more" : "";
            Terminal.WriteError($"{warnings.Key.OriginalPath}: warning: {warnings.First().Message}{more}.");
        }

        foreach (AppendError error in series.Errors)
        {
            Terminal.WriteError($"{error.Instance.OriginalPath}: {error.Error.Message}");
        }
    }

    private void PrintTotals()
    {
        if (!json)
        {
            Terminal.WriteLine($"{_totals}; {input.Skipped} files are not DICOM");
        }

        if (_totals.Repeats > 0)
        {
            Terminal.WriteError($"{_totals.Repeats} times a series was opened again, because its instances are far apart in the input: sorted by series, it would cost less.");
        }
    }

    private void PrintCost(RequestEstimate cost, long archiveBytes, PriceTable prices)
    {
        if (json)
        {
            JsonLines.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartObject("total");
                IngestJson.Write(writer, cost, prices.Of(cost));
                writer.WriteNumber("archive_bytes", archiveBytes);
                writer.WriteNumber("usd_per_month", prices.OfStoring(archiveBytes));
                writer.WriteString("prices", prices.Source);
                writer.WriteEndObject();
                writer.WriteEndObject();
            });
            return;
        }

        Terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cost.ClassA:N0} requests of class A, {cost.ClassB:N0} of class B, {cost.Free:N0} free; {cost.BytesDown:N0} bytes down, {cost.BytesUp:N0} bytes of archives up"));
        Terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"${prices.Of(cost):0.00####} once, and ${prices.OfStoring(archiveBytes):0.00####} a month for {archiveBytes:N0} bytes of archives ({prices.Source})"));
    }
}
