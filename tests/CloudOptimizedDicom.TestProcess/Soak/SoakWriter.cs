using System.Text.Json;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>Appends, removes, replaces and edits. It announces each change first, and acknowledges it only after SyncAsync has returned.</summary>
internal sealed class SoakWriter(SoakSettings settings, SoakOutput output) : ISoakRole
{
    private const int NumbersEach = 10_000;

    private readonly List<int>[] _stored = [.. Enumerable.Range(0, SoakSettings.SeriesCount).Select(_ => new List<int>())];
    private int _last = settings.Id * NumbersEach;
    private int _edits;

    public bool MayFailWith(CodException error) => error is LockAcquisitionException or LockLostException or SeriesDamagedException or CodSyncException;

    public async Task<int> WorkAsync(CodDatastore store, CodDatastore copies, int series, Random random)
    {
        var options = new OpenSeriesOptions
        {
            OverrideEmptyLocksOlderThan = random.Next(3) == 0 ? TimeSpan.Zero : null,
            WaitForLock = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(200) : TimeSpan.Zero,
        };
        int choice = random.Next(100);
        Task work = choice switch
        {
            < 15 => EditAsync(store, series, options),
            < 30 when series == SoakSettings.AppendedOnly => OfferOtherBytesAsync(store, options, random),
            < 40 when series != SoakSettings.AppendedOnly => RemoveAsync(store, series, options, random),
            < 50 when series == SoakSettings.Replaced => ReplaceAsync(store, series, options, random),
            _ => AppendAsync(store, series, options, random),
        };
        await work;
        return 0;
    }

    /// <summary>New instances and perhaps some that are there, with one sync or two.</summary>
    private async Task AppendAsync(CodDatastore store, int series, OpenSeriesOptions options, Random random)
    {
        CodObject? open = null;
        try
        {
            for (int syncs = 1 + (random.Next(5) / 4); syncs > 0; syncs--)
            {
                bool deletesOrigins = random.Next(4) == 0;
                List<int> numbers = [.. NewNumbers(random), .. _stored[series].Where(_ => random.Next(40) == 0)];
                Instance[] instances = WriteOrigins(series, numbers);
                int operation = output.Begin(deletesOrigins ? SoakEventKind.AppendAndDelete : SoakEventKind.Append, series, numbers);
                open ??= await OpenAsync(store, series, CodMode.Append, options);
                AppendResult result = await open.AppendAsync(instances, new AppendOptions { DeleteLocalOrigin = deletesOrigins });
                RequireTaken(series, result);
                await SyncAsync(open, random);
                Acknowledge(operation, series, numbers);
            }
        }
        finally
        {
            await (open?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>Offers other bytes for a stored UID, which must be a conflict: only the path is noted in the metadata.</summary>
    private async Task OfferOtherBytesAsync(CodDatastore store, OpenSeriesOptions options, Random random)
    {
        const int Series = SoakSettings.AppendedOnly;
        if (_stored[Series] is not [_, ..] stored)
        {
            return;
        }

        int number = stored[random.Next(stored.Count)];
        string origin = WriteOrigin(Series, number, version: 1);
        await using CodObject open = await OpenAsync(store, Series, CodMode.Append, options);
        AppendResult result = await open.AppendAsync([new Instance(origin)]);
        if (result.Conflict.Count != 1)
        {
            output.Wrong(Series, $"{SoakInstance.Uid(Series, number)} was acknowledged, and with other bytes it is no conflict");
        }

        await SyncAsync(open, random);
        File.Delete(origin);
    }

    private async Task RemoveAsync(CodDatastore store, int series, OpenSeriesOptions options, Random random)
    {
        await using CodObject open = await OpenAsync(store, series, CodMode.Append, options);
        string[] stored = [.. open.GetInstances().Select(instance => instance.StoredUid!)];
        string[] removed = [.. stored.Where(_ => random.Next(stored.Length) == 0).Take(3)];
        if (removed.Length < stored.Length)
        {
            int operation = output.Begin(SoakEventKind.Remove, series, [.. removed.Select(SoakInstance.NumberOf)]);
            await open.RemoveAsync(removed);
            await SyncAsync(open, random);
            output.Done(operation);
            _stored[series].RemoveAll(number => removed.Contains(SoakInstance.Uid(series, number)));
        }
    }

    private async Task ReplaceAsync(CodDatastore store, int series, OpenSeriesOptions options, Random random)
    {
        int[] numbers = NewNumbers(random);
        int operation = output.Begin(SoakEventKind.Replace, series, numbers);
        CodMode mode = random.Next(2) == 0 ? CodMode.Write : CodMode.Append;
        await using CodObject open = await OpenAsync(store, series, mode, options);
        if (mode == CodMode.Append)
        {
            await open.TruncateAsync();
        }

        RequireTaken(series, await open.AppendAsync(WriteOrigins(series, numbers)));
        await SyncAsync(open, random);
        _stored[series].Clear();
        Acknowledge(operation, series, numbers);
    }

    private async Task EditAsync(CodDatastore store, int series, OpenSeriesOptions options)
    {
        int operation = output.Begin(SoakEventKind.Edit, series, [++_edits]);
        await using CodObject open = await OpenAsync(store, series, CodMode.Append, options);
        open.SetField(SoakSettings.Field(settings.Id), JsonSerializer.SerializeToElement(_edits));
        await open.SyncAsync();
        output.Done(operation);
    }

    private static Task<CodObject> OpenAsync(CodDatastore store, int series, CodMode mode, OpenSeriesOptions options)
    {
        SeriesId id = SoakInstance.Series(series);
        return store.OpenSeriesAsync(id.StudyUid, id.SeriesUid, mode, options);
    }

    /// <summary>Syncs, and sometimes repeats a sync that failed half-way.</summary>
    private static async Task SyncAsync(CodObject open, Random random)
    {
        try
        {
            await open.SyncAsync();
        }
        catch (CodSyncException) when (random.Next(2) == 0)
        {
            await open.SyncAsync();
        }
    }

    private int[] NewNumbers(Random random) => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => ++_last)];

    private Instance[] WriteOrigins(int series, IEnumerable<int> numbers) => [.. numbers.Select(number => new Instance(WriteOrigin(series, number)))];

    private string WriteOrigin(int series, int number, int version = 0)
    {
        string path = SoakSettings.Origin(settings.Scratch, series, number, version);
        File.WriteAllBytes(path, SoakInstance.Build(series, number, version));
        return path;
    }

    private void RequireTaken(int series, AppendResult result)
    {
        if (result.Conflict.Count + result.Errors.Count > 0)
        {
            output.Wrong(series, $"not taken: {string.Join(", ", result.Conflict)} {string.Join(", ", result.Errors)}");
        }
    }

    private void Acknowledge(int operation, int series, IReadOnlyList<int> numbers)
    {
        output.Done(operation);
        _stored[series].AddRange(numbers.Except(_stored[series]));
        foreach (int number in numbers)
        {
            File.Delete(SoakSettings.Origin(settings.Scratch, series, number));
        }
    }
}
