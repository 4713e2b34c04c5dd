using System.Text.Json;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage.GoogleCloud;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// One life of a series that two libraries write, some of whose writers die. In whatever state it is: either a verification is clean
/// and a copy, an append and a repair agree with it, or it names what the repair mends.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="files">What is stored.</param>
/// <param name="more">A file of a UID that the series never has.</param>
/// <param name="random">Draws the life.</param>
internal sealed class AgreementRun(AgreementStore store, SmallInstances files, string more, Random random)
{
    private const int MaxChanges = 7;

    private readonly CodDatastore _datastore = Open(store.Store, files);
    private readonly SeriesNames _names = new("", files.Id);
    private Dictionary<string, uint> _stored = [];

    private SeriesId Id => files.Id;

    /// <summary>What has happened.</summary>
    public List<string> Trace { get; } = [];

    public async Task RunAsync(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            await ChangeAsync();
            if (await VerifyAsync() is { } clean && IsClean(clean))
            {
                await RequireAgreementAsync();
            }
        }

        if (await VerifyAsync() is not { } report)
        {
            return;
        }

        if (!IsClean(report))
        {
            await MendAsync();
        }

        if (await VerifyAsync() is not null)
        {
            await RequireAgreementAsync();
            await RequireAppendAsync();
        }
    }

    private static CodDatastore Open(IObjectStore store, SmallInstances files) => CodDatastore.FromStore(store, options: new CodDatastoreOptions
    {
        ScratchDirectory = files.Directory,
        TimeProvider = new ImmediateTimeProvider(TimeSpan.FromSeconds(90)),
    });

    private static bool IsClean(IntegrityReport report) => report.IsIntact && report.Lock is null;

    private async Task ChangeAsync()
    {
        int diesBefore = random.Next(3) == 0 ? random.Next(1, MaxChanges) : int.MaxValue;
        (int Number, int Version)[] drawn = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => (random.Next(SmallInstances.Uids), random.Next(SmallInstances.Versions)))];
        string[] paths = [.. drawn.DistinctBy(file => file.Number).Select(file => files.Path(file.Number, file.Version))];
        string first = _stored.Keys.FirstOrDefault() ?? "";
        int drawnOperation = random.Next(13);
        Trace.Add($"{drawnOperation} {string.Join(' ', paths.Select(Path.GetFileName))}{(diesBefore < int.MaxValue ? $" dies before {diesBefore}" : "")}");
        switch (drawnOperation)
        {
            case 0 or 1:
                await OursAsync(diesBefore, () => WithNew(paths), series => series.AppendAsync(paths.Select(path => new Instance(path))));
                break;
            case 2:
                await OursAsync(diesBefore, () => Only(paths), series => series.AppendAsync(paths.Select(path => new Instance(path))), CodMode.Write);
                break;
            case 3 when _stored.Count > 1:
                await OursAsync(diesBefore, () => _stored.Where(pair => pair.Key != first).ToDictionary(), series => series.RemoveAsync([first]));
                break;
            case 4:
                await OursAsync(diesBefore, () => Only(paths), async series =>
                {
                    await series.TruncateAsync();
                    await series.AppendAsync(paths.Select(path => new Instance(path)));
                });
                break;
            case 5 when _stored.Count > 0:
                await OursAsync(diesBefore, () => [], async series =>
                {
                    await series.TruncateAsync();
                    await series.SyncAsync(new SyncOptions { AllowEmpty = true });
                });
                break;
            case 6:
                await OursAsync(diesBefore, () => _stored, series => Task.Run(() => series.SetField($"field{random.Next(2)}", JsonDocument.Parse("1").RootElement)));
                break;
            case 7:
                await CopyInAsync(diesBefore, paths);
                break;
            case 8 or 9:
                await PythonAsync(() => WithNew(paths), python => python.WriteAsync(CodMode.Append, paths, diesBefore));
                break;
            case 10:
                string[] written = random.Next(4) == 0 ? [] : paths;
                await PythonAsync(() => Only(written), python => python.WriteAsync(CodMode.Write, written, diesBefore));
                break;
            case 11 when store.Foreign.Read(_names.Metadata) is not null:
                await PythonAsync(() => _stored, python => random.Next(2) == 0 ? python.SetFieldAsync("note", "[1]", diesBefore) : python.AddThumbnailAsync(diesBefore));
                break;
            case 12:
                await ReplaceAsync(keepsMarks: random.Next(2) == 0);
                break;
            default:
                break;
        }
    }

    /// <summary>What must be there once files were added: those whose UIDs the metadata has already are conflicts.</summary>
    private Dictionary<string, uint> WithNew(string[] paths)
    {
        HashSet<string> known = store.Foreign.Read(_names.Metadata) is { } bytes
            ? [.. SeriesMetadata.Parse(bytes, _names.Metadata).Instances.Select(record => record.Uid)]
            : [];
        return _stored.Concat(Only(paths).Where(pair => !known.Contains(pair.Key))).DistinctBy(pair => pair.Key).ToDictionary();
    }

    private Dictionary<string, uint> Only(string[] paths) =>
        paths.ToDictionary(path => $"{Id.SeriesUid}.{Path.GetFileName(path)[0] - '0' + 1}", path => Crc32c.Compute(File.ReadAllBytes(path)));

    private Task OursAsync(int diesBefore, Func<Dictionary<string, uint>> after, Func<CodObject, Task> update, CodMode mode = CodMode.Append) =>
        RunAsync(diesBefore, after, datastore => datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, mode, update));

    private async Task CopyInAsync(int diesBefore, string[] paths)
    {
        using var core = new GcsObjectCore();
        var source = new CoreObjectStore(core, "source");
        await (await SeriesImage.BuildAsync(files, paths)).PutAsync(source, _names, SeriesOrigin.Ours);
        await RunAsync(
            diesBefore,
            () => Only(paths),
            datastore => Open(source, files).CopySeriesAsync(Id.StudyUid, Id.SeriesUid, datastore, new CopyOptions { Overwrite = true }));
    }

    /// <summary>Runs an operation of this library, which may die; where it is refused, the series has to be unclean, and a repair has to help.</summary>
    private async Task RunAsync(int diesBefore, Func<Dictionary<string, uint>> after, Func<CodDatastore, Task> operation)
    {
        Dictionary<string, uint> expected = after();
        int changes = 0;
        var gate = new FaultGate((_, request) => request.IsChange && ++changes == diesBefore, Verdict.KillBefore);
        Task running = operation(Open(new GatedObjectStore(store.Store, gate), files));
        if (await Task.WhenAny(running, gate.Died) != running)
        {
            await DieAsync(expected);
            return;
        }

        try
        {
            await running;
        }
        catch (CodException error)
        {
            Trace.Add($"refused: {error.Message}");
            await MendAsync();
            expected = after();
            await operation(_datastore);
        }

        _stored = expected;
    }

    private async Task PythonAsync(Func<Dictionary<string, uint>> after, Func<PythonWriter, Task<bool>> operation)
    {
        if (store.Foreign.Read(_names.Lock) is not null || (store.Foreign.Read(_names.Metadata) is not null && store.Foreign.Read(_names.Tar) is null))
        {
            // It would wait, or fail over what is damaged.
            Trace.Add("not run");
            return;
        }

        Dictionary<string, uint> expected = after();
        if (await operation(new PythonWriter(store.Foreign, _names)))
        {
            _stored = expected;
        }
        else
        {
            await DieAsync(expected);
        }
    }

    /// <summary>A writer is dead: what was there and would be there has to be there. Somebody may remove its lock.</summary>
    private async Task DieAsync(Dictionary<string, uint> after)
    {
        _stored = _stored.Where(pair => after.TryGetValue(pair.Key, out uint crc32c) && crc32c == pair.Value).ToDictionary();
        if (random.Next(2) == 0)
        {
            try
            {
                await _datastore.UnlockSeriesAsync(Id.StudyUid, Id.SeriesUid, new UnlockOptions { Force = true });
                Trace.Add("unlocked");
            }
            catch (SeriesDamagedException error)
            {
                Trace.Add($"not unlocked: {error.Message}");
            }
        }
    }

    private async Task ReplaceAsync(bool keepsMarks)
    {
        foreach (string name in new[] { _names.Tar, _names.Index, _names.Metadata }.Where(name => store.Foreign.Read(name) is not null))
        {
            await (keepsMarks ? store.ReplaceAsync(name) : store.Foreign.WriteAsync(name, store.Foreign.Read(name)!));
        }
    }

    private async Task<IntegrityReport?> VerifyAsync()
    {
        try
        {
            return await _datastore.VerifySeriesAsync(Id.StudyUid, Id.SeriesUid, new VerifyOptions { Deep = true });
        }
        catch (CodObjectNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The series is not clean: a verification says so, a repair mends it, and a second one finds nothing.</summary>
    private async Task MendAsync()
    {
        IntegrityReport? before = await VerifyAsync();
        Assert.That(before is not null && !IsClean(before), "something was refused, and a verification finds nothing");
        Trace.Add($"found: {string.Join("; ", before!.Findings)}");
        RepairReport report = await _datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid, new RepairOptions { TakeOverLock = true });
        if (report.IsRefused)
        {
            Assert.That(report.LostInstances.Where(_stored.ContainsKey), Is.Empty, "a writer that says so has stored them");
            await _datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid, new RepairOptions { TakeOverLock = true, ForgetLost = true });
        }

        Trace.Add($"mended: {string.Join("; ", report.Actions)}");
        if (await VerifyAsync() is not { } after)
        {
            Assert.That(_stored, Is.Empty, "all is gone");
            return;
        }

        Assert.That(IsClean(after), $"after the repair: {string.Join("; ", after.Findings)}");
        Dictionary<string, uint> found = await ReadAsync(_datastore);
        Assert.That(_stored.Except(found), Is.Empty, "a repair has lost instances");
        Assert.That(found.Where(pair => !files.IsOffered(pair.Key, pair.Value)), Is.Empty, "nobody has stored this");
        _stored = found;
    }

    /// <summary>A verification is clean: readers, a repair and a copy agree.</summary>
    private async Task RequireAgreementAsync()
    {
        Dictionary<string, uint> read = await ReadAsync(_datastore);
        Assert.That(_stored.Except(read), Is.Empty, "instances are gone");
        RepairReport repair = await _datastore.RepairSeriesAsync(Id.StudyUid, Id.SeriesUid);
        Assert.That(repair.Actions, Is.Empty, "a verification finds nothing, and a repair does");
        using var core = new GcsObjectCore();
        CodDatastore there = Open(new CoreObjectStore(core, "there"), files);
        await _datastore.CopySeriesAsync(Id.StudyUid, Id.SeriesUid, there, new CopyOptions { DryRun = true });
        await _datastore.CopySeriesAsync(Id.StudyUid, Id.SeriesUid, there);
        Assert.That((await there.VerifySeriesAsync(Id.StudyUid, Id.SeriesUid)).Findings.Where(finding => finding.IsDamage), Is.Empty);
        Assert.That(await ReadAsync(there), Is.EquivalentTo(read));
        _stored = read;
    }

    /// <summary>The series takes an instance more, after a removal or a truncation where the life ends so.</summary>
    private async Task RequireAppendAsync()
    {
        int form = random.Next(3);
        Trace.Add($"at last form {form}");
        await _datastore.UpdateSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Append, async series =>
        {
            if (form == 1)
            {
                await series.TruncateAsync();
            }

            AppendResult result = await series.AppendAsync([new Instance(more)]);
            Assert.That(result.New, Has.Count.EqualTo(1));
            if (form == 2 && _stored.Count > 0)
            {
                await series.RemoveAsync([_stored.Keys.First()]);
            }
        });
        IntegrityReport report = (await VerifyAsync())!;
        Assert.That(IsClean(report), $"after an append: {string.Join("; ", report.Findings)}");
        int expected = form switch { 1 => 1, 2 => Math.Max(_stored.Count, 1), _ => _stored.Count + 1 };
        Assert.That(await ReadAsync(_datastore), Has.Count.EqualTo(expected));
    }

    private async Task<Dictionary<string, uint>> ReadAsync(CodDatastore datastore)
    {
        await using CodObject series = await datastore.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read);
        var found = new Dictionary<string, uint>();
        foreach (Instance instance in series.GetInstances())
        {
            found.Add(instance.Record!.Uid, Crc32c.Compute(await series.ReadInstanceAsync(instance.Record.Uid)));
        }

        return found;
    }
}
