using System.Globalization;
using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>Repairs a store after a round, as its owner would, verifies it, and compares it with the ledgers.</summary>
internal sealed class SoakAftermath(SoakPlace place, IReadOnlyList<SoakLedger> ledgers, SoakTally tally)
{
    private readonly List<string> _wrong = [];

    /// <summary>Mends and compares.</summary>
    /// <returns>What is wrong.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Random random, CancellationToken cancellationToken)
    {
        _wrong.Clear();
        using var handler = new SocketsHttpHandler();
        await using CodDatastore store = await OpenAsync(place.Store, handler);
        await using CodDatastore copies = await OpenAsync(place.Copies, handler);
        for (int series = 0; series < SoakSettings.SeriesCount; series++)
        {
            await MendAsync(store, series, unlocks: random.Next(3) == 0, cancellationToken);
            await CompareAsync(store, series, cancellationToken);
            await CompareCopyAsync(store, copies, series, cancellationToken);
        }

        return _wrong;
    }

    private Task<CodDatastore> OpenAsync(string path, SocketsHttpHandler handler) => CodDatastore.OpenAsync(path, new CodDatastoreOptions
    {
        Endpoint = place.IsBucket ? new Uri(place.Endpoint) : null,
        HttpMessageHandler = handler,
    });

    private async Task MendAsync(CodDatastore store, int series, bool unlocks, CancellationToken cancellationToken)
    {
        SeriesId id = SoakInstance.Series(series);
        if (unlocks)
        {
            await store.UnlockSeriesAsync(id.StudyUid, id.SeriesUid, new UnlockOptions { Force = true }, cancellationToken);
        }

        try
        {
            RepairReport repaired = await store.RepairSeriesAsync(id.StudyUid, id.SeriesUid, new RepairOptions { TakeOverLock = true }, cancellationToken);
            tally.Add("series repaired", repaired.HasWritten ? 1 : 0);
            if (repaired.IsRefused)
            {
                await ForgetLostAsync(store, series, repaired.LostInstances, cancellationToken);
            }

            await VerifyAsync(store, series, cancellationToken);
        }
        catch (CodObjectNotFoundException)
        {
            // There is none yet, or no more than there was a lock of who began it.
        }
    }

    /// <summary>Gives up instances that an unfinished removal or replacement has taken away, and no others.</summary>
    private async Task ForgetLostAsync(CodDatastore store, int series, IReadOnlyList<string> lost, CancellationToken cancellationToken)
    {
        SeriesId id = SoakInstance.Series(series);
        tally.Add("removals ended by forgetting what is lost");
        _wrong.AddRange(lost.Where(uid => !ledgers[series].MayBeGone(SoakInstance.NumberOf(uid))).Select(uid => $"LOST: repair cannot find {uid}"));
        if (lost.Count == 0)
        {
            _wrong.Add($"a repair of {id} is refused, and nothing is lost");
        }

        await store.RepairSeriesAsync(id.StudyUid, id.SeriesUid, new RepairOptions { TakeOverLock = true, ForgetLost = true }, cancellationToken);
    }

    private async Task VerifyAsync(CodDatastore datastore, int series, CancellationToken cancellationToken)
    {
        SeriesId id = SoakInstance.Series(series);
        IntegrityReport found = await datastore.VerifySeriesAsync(id.StudyUid, id.SeriesUid, new VerifyOptions { Deep = true }, cancellationToken: cancellationToken);
        _wrong.AddRange(found.Findings.Select(finding => $"{found.SeriesUri} after mending: {finding.Kind} {finding.Subject} {finding.Message}"));
    }

    private async Task CompareAsync(CodDatastore store, int series, CancellationToken cancellationToken)
    {
        HashSet<int> stored = [];
        Dictionary<int, int> fields = [];
        if (await TryOpenAsync(store, series, cancellationToken) is { } open)
        {
            await using (open)
            {
                stored = await ReadAsync(open, series, cancellationToken);
                foreach (string name in open.FieldNames.Where(name => name.StartsWith(SoakSettings.FieldPrefix, StringComparison.Ordinal)))
                {
                    fields[int.Parse(name.AsSpan(SoakSettings.FieldPrefix.Length), CultureInfo.InvariantCulture)] = open.GetField(name)!.Value.GetInt32();
                }
            }
        }

        _wrong.AddRange(ledgers[series].Settle(stored, series == SoakSettings.Replaced ? null : fields, place.Scratch, series));
    }

    /// <summary>Mends an interrupted copy by another one.</summary>
    private async Task CompareCopyAsync(CodDatastore store, CodDatastore copies, int series, CancellationToken cancellationToken)
    {
        SeriesId id = SoakInstance.Series(series);
        IntegrityReport found;
        try
        {
            found = await copies.VerifySeriesAsync(id.StudyUid, id.SeriesUid, new VerifyOptions { Deep = true }, cancellationToken: cancellationToken);
        }
        catch (CodObjectNotFoundException)
        {
            return;
        }

        if (found.Findings.Count > 0 || found.Lock is not null)
        {
            tally.Add("copies made again");
            await copies.UnlockSeriesAsync(id.StudyUid, id.SeriesUid, new UnlockOptions { Force = true }, cancellationToken);
            await store.CopySeriesAsync(id.StudyUid, id.SeriesUid, copies, new CopyOptions { Overwrite = true }, cancellationToken: cancellationToken);
            await VerifyAsync(copies, series, cancellationToken);
        }

        await using CodObject? open = await TryOpenAsync(copies, series, cancellationToken);
        HashSet<int> copied = open is null ? [] : await ReadAsync(open, series, cancellationToken);
        _wrong.AddRange(copied.Except(ledgers[series].Offered).Select(number => $"FOREIGN: {SoakInstance.Uid(series, number)} was copied, and never offered"));
        if (series == SoakSettings.AppendedOnly)
        {
            _wrong.AddRange(ledgers[series].Copied.Except(copied).Select(number => $"LOST: {SoakInstance.Uid(series, number)} was stored before it was copied"));
        }
    }

    private static async Task<CodObject?> TryOpenAsync(CodDatastore store, int series, CancellationToken cancellationToken)
    {
        SeriesId id = SoakInstance.Series(series);
        try
        {
            return await store.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        }
        catch (CodObjectNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Compares the bytes of all instances, and returns their numbers.</summary>
    private async Task<HashSet<int>> ReadAsync(CodObject open, int series, CancellationToken cancellationToken)
    {
        HashSet<int> numbers = [];
        await foreach (StreamedInstance streamed in open.StreamSeriesAsync(cancellationToken))
        {
            using var bytes = new MemoryStream();
            await streamed.Content.CopyToAsync(bytes, cancellationToken);
            int number = SoakInstance.NumberOf(streamed.Instance.StoredUid!);
            numbers.Add(number);
            if (!bytes.ToArray().AsSpan().SequenceEqual(SoakInstance.Build(series, number)))
            {
                _wrong.Add($"WRONG BYTES: {streamed.Instance.StoredUid}");
            }
        }

        tally.Add("instances compared after rounds", numbers.Count);
        return numbers;
    }
}
