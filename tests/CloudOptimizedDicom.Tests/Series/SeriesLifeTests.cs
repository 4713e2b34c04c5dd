using System.Globalization;
using System.Text.Json;
using CloudOptimizedDicom.Tests.Protocol;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Any sequence of calls ends as a simple model of a series says.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class SeriesLifeTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private const int Calls = 30;

    [Test]
    public async Task Series_AnySequenceOfCalls_EqualsTheModel()
    {
        int runs = Kind == StoreKind.Directory ? 30 : 10;
        using var files = new SmallInstances(Id);
        for (int seed = 0; seed < runs; seed++)
        {
            List<string> calls = [$"seed {seed}"];
            try
            {
                await RunAsync(new Random(seed), files, calls);
            }
            catch (Exception error)
            {
                Assert.Fail($"{string.Join(", ", calls)}: {error}");
            }
        }
    }

    private async Task RunAsync(Random random, SmallInstances files, List<string> calls)
    {
        var model = new SeriesModel();
        CodObject? series = null;
        for (int call = 0; call < Calls; call++)
        {
            if (series is null)
            {
                CodMode mode = random.Next(4) == 0 ? CodMode.Write : CodMode.Append;
                calls.Add($"open {mode}");
                series = await OpenSeriesAsync(mode);
                model.Open(mode);
            }

            switch (random.Next(12))
            {
                case < 4:
                    await AppendAsync(series, model, random, files, calls);
                    break;
                case < 6:
                    await RemoveAsync(series, model, random, calls);
                    break;
                case 6:
                    calls.Add("truncate");
                    await series.TruncateAsync();
                    model.Truncate();
                    break;
                case 7:
                    string name = $"field{random.Next(3)}";
                    calls.Add($"{name}");
                    if (random.Next(3) == 0)
                    {
                        Assert.That(series.RemoveField(name), Is.EqualTo(model.RemoveField(name)));
                    }
                    else
                    {
                        string value = call.ToString(CultureInfo.InvariantCulture);
                        series.SetField(name, JsonDocument.Parse(value).RootElement);
                        model.SetField(name, value);
                    }

                    break;
                case < 10:
                    calls.Add("sync");
                    await series.SyncAsync(new SyncOptions { AllowEmpty = true });
                    model.Sync();
                    await AssertStoredAsync(model);
                    break;
                case 10:
                    calls.Add("close");
                    await series.DisposeAsync();
                    series = null;
                    break;
                default:
                    // The process ends here: nobody releases the lock.
                    calls.Add("die");
                    series = null;
                    await RestartAsync(model, random);
                    await AssertStoredAsync(model);
                    break;
            }
        }

        if (series is not null)
        {
            await series.DisposeAsync();
        }

        await AssertStoredAsync(model);
        if (model.Stored is not null)
        {
            await Datastore.DeleteSeriesAsync(Study, SeriesUid);
        }
    }

    private static async Task AppendAsync(CodObject series, SeriesModel model, Random random, SmallInstances files, List<string> calls)
    {
        (int Number, int Version)[] given = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (random.Next(SmallInstances.Uids), random.Next(SmallInstances.Versions)))];
        calls.Add($"append {string.Join(' ', given)}");
        AppendResult result = await series.AppendAsync(given.Select(file => files.Instance(file.Number, file.Version)));
        int[] expected = new int[3];
        foreach ((int number, int version) in given)
        {
            expected[model.Append($"{SeriesUid}.{number + 1}", files.Path(number, version))]++;
        }

        Assert.That(new[] { result.New.Count, result.Same.Count, result.Conflict.Count }, Is.EqualTo(expected));
        Assert.That(result.Errors, Is.Empty);
    }

    private static async Task RemoveAsync(CodObject series, SeriesModel model, Random random, List<string> calls)
    {
        string[] uids = [.. Enumerable.Range(1, SmallInstances.Uids).Where(_ => random.Next(3) == 0).Select(number => $"{SeriesUid}.{number}")];
        calls.Add($"remove {string.Join(' ', uids.Select(uid => uid[^1]))}");
        if (uids.Any(uid => !model.Has(uid)))
        {
            Assert.ThrowsAsync<InstanceNotFoundException>(() => series.RemoveAsync(uids));
        }
        else if (uids.Length > 0 && uids.Length == model.Count)
        {
            Assert.ThrowsAsync<InvalidOperationException>(() => series.RemoveAsync(uids));
        }
        else
        {
            await series.RemoveAsync(uids);
            model.Remove(uids);
        }
    }

    private async Task RestartAsync(SeriesModel model, Random random)
    {
        if (model.Stored is not null && random.Next(2) == 0)
        {
            await Datastore.RepairSeriesAsync(Study, SeriesUid, new RepairOptions { TakeOverLock = true });
        }
        else
        {
            await Datastore.UnlockSeriesAsync(Study, SeriesUid, new UnlockOptions { Force = true });
        }
    }

    private async Task AssertStoredAsync(SeriesModel model)
    {
        if (model.Stored is not { } stored)
        {
            Assert.ThrowsAsync<CodObjectNotFoundException>(() => OpenSeriesAsync(CodMode.Read));
            return;
        }

        Assert.That((await VerifyAsync()).Where(finding => finding.Kind != IntegrityFindingKind.LockHeld), Is.Empty);
        List<(string Uid, byte[] Bytes)> read = await ReadAllAsync();
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Select(instance => instance.Uid), Is.EqualTo(stored.Instances.Select(instance => instance.Uid)));
            Assert.That(read.Select(instance => instance.Bytes), Is.EqualTo(stored.Instances.Select(instance => File.ReadAllBytes(instance.File))));
            Assert.That(series.FieldNames.Select(name => (name, series.GetField(name)!.Value.GetRawText())), Is.EqualTo(stored.Fields));
        }
    }
}
