using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Instances that are taken out of a series.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class RemoveTests(StoreKind kind) : EitherStoreFixture(kind)
{
    private static readonly SyncOptions AllowEmpty = new() { AllowEmpty = true };

    [Test]
    public async Task RemoveAsync_StoredInstances_LeavesTheOthersByteForByteInTheirOrder()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm", "3.dcm", "4.dcm");
        await RemoveAsync(Uid(1), Uid(3), Uid(1));
        using (Assert.EnterMultipleScope())
        {
            await AssertHasAsync("2.dcm", "4.dcm");
            Assert.That(await VerifyAsync(), Is.Empty);
        }

        await StoreAsync(CodMode.Append, "1.dcm");
        await AssertHasAsync("2.dcm", "4.dcm", "1.dcm");
        Assert.That(await VerifyAsync(), Is.Empty);
    }

    [TestCase("diff_hash_dupe__v2")]
    [TestCase("diff_hash_dupe__v1")]
    public async Task RemoveAsync_SeriesOfPython_KeepsTheOthersAsTheyAre(string goldenCase)
    {
        await PutPythonsAsync(goldenCase);
        await RemoveAsync(Uid(1));
        await AssertHasAsync("2.dcm", "3.dcm");
        Assert.That((await VerifyAsync()).Where(finding => finding.Kind != IntegrityFindingKind.TagsDiffer), Is.Empty);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Assert.That(series.GetInstance(Uid(2)).Record!.DiffHashDupePaths, Has.Count.EqualTo(2), "what else is known of it stays");
    }

    [Test]
    public async Task RemoveAsync_OneThatIsNotSynced_IsAFileAgain()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            AppendResult appended = await series.AppendAsync([new Instance(AppendFile("2.dcm")), new Instance(AppendFile("3.dcm"))]);
            await series.RemoveAsync([Uid(2)]);
            Assert.That(appended.New.Select(instance => instance.Record is null), Is.EqualTo(new[] { true, false }));
            await using (Stream stream = await series.OpenInstanceAsync(appended.New[1]))
            {
                await stream.CopyToAsync(Stream.Null);
            }

            await series.AppendAsync([appended.New[0]]);
            await series.SyncAsync();
        }

        await AssertHasAsync("1.dcm", "3.dcm", "2.dcm");
    }

    [Test]
    public async Task RemoveAsync_AfterASyncOfTheSameSession_RemovesFromWhatWasSynced()
    {
        await using (CodObject series = await OpenSeriesAsync(CodMode.Write))
        {
            await series.AppendAsync([new Instance(AppendFile("1.dcm")), new Instance(AppendFile("2.dcm"))]);
            await series.SyncAsync();
            await series.RemoveAsync([Uid(1)]);
            await series.SyncAsync();
        }

        await AssertHasAsync("2.dcm");
        Assert.That(await VerifyAsync(), Is.Empty);
    }

    [Test]
    public async Task RemoveAsync_UnknownUid_ChangesNothing()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        Assert.ThrowsAsync<InstanceNotFoundException>(() => series.RemoveAsync([Uid(1), "1.2.3"]));
        Assert.That((series.HasPendingChanges, series.GetInstances().Count), Is.EqualTo((false, 2)));
    }

    [Test]
    public async Task RemoveAsync_Cancelled_LeavesTheSeriesAsItWas()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            Assert.CatchAsync<OperationCanceledException>(() => series.RemoveAsync([Uid(1)], new CancellationToken(canceled: true)));
            Assert.That((series.HasPendingChanges, series.GetInstances().Count), Is.EqualTo((false, 2)));
            await series.AppendAsync([new Instance(AppendFile("3.dcm"))]);
            await series.SyncAsync();
        }

        await AssertHasAsync("1.dcm", "2.dcm", "3.dcm");
    }

    [Test]
    public async Task RemoveAsync_AllInstances_AsksForADeletion()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        Assert.That(
            Assert.ThrowsAsync<InvalidOperationException>(() => series.RemoveAsync([Uid(1)]))!.Message, Does.Contain("DeleteSeriesAsync"));
        Assert.That(series.HasPendingChanges, Is.False);
    }

    [Test]
    public async Task RemoveAsync_OpenForReading_IsRefused()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        Assert.ThrowsAsync<WriteOperationInReadModeException>(() => series.RemoveAsync([Uid(1)]));
    }

    [Test]
    public async Task TruncateAsync_AndSync_NeedsConsentAndLeavesAnEmptySeries()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            series.SetField("note", Json("\"kept\""));
            await series.TruncateAsync();
            Assert.ThrowsAsync<InvalidOperationException>(() => series.SyncAsync());
            await series.SyncAsync(AllowEmpty);
        }

        await AssertHasAsync();
        await using (CodObject series = await OpenSeriesAsync(CodMode.Read))
        {
            Assert.That(series.GetField("note")?.GetString(), Is.EqualTo("kept"));
        }

        Assert.That(await VerifyAsync(), Is.Empty);
        await StoreAsync(CodMode.Append, "3.dcm");
        await AssertHasAsync("3.dcm");
    }

    [TestCase("diff_hash_dupe__v2")]
    [TestCase("diff_hash_dupe__v1")]
    public async Task TruncateAsync_SeriesOfPython_IsReplacedByWhatIsAppended(string goldenCase)
    {
        await PutPythonsAsync(goldenCase);
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            await series.TruncateAsync();
            await series.AppendAsync([new Instance(AppendFile("4.dcm"))]);
            await series.SyncAsync();
        }

        await AssertHasAsync("4.dcm");
        Assert.That(await VerifyAsync(), Is.Empty);
    }

    [Test]
    public async Task TruncateAsync_ArchiveOfSomebodyElse_IsNotReplaced()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await PutBesideAsync(".tar", new byte[10240]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        await series.TruncateAsync();
        Assert.ThrowsAsync<SeriesDamagedException>(() => series.SyncAsync(AllowEmpty));
    }

    [Test]
    public async Task TruncateAsync_CopyOfTheArchiveAfterAFieldWasSynced_IsReplaced([Values] bool resumesTicket)
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await PutBesideAsync(".tar", await ReadArchiveAsync());
        CodObject series = await OpenSeriesAsync(CodMode.Append);
        if (resumesTicket)
        {
            series = await Datastore.ResumeSeriesAsync(await series.ToTicketAsync());
        }
        else
        {
            series.SetField("note", Json("1"));
            await series.SyncAsync();
        }

        await using (series)
        {
            await series.TruncateAsync();
            await series.AppendAsync([new Instance(AppendFile("2.dcm"))]);
            await series.SyncAsync();
        }

        await AssertHasAsync("2.dcm");
        Assert.That(await VerifyAsync(), Is.Empty);
    }

    [Test]
    public async Task AppendAsync_AfterAFieldWasWrittenOverAnEmptySeries_IsStored()
    {
        await EmptyAsync();
        await UpdateAsync(CodMode.Write, series => Task.Run(() => series.SetField("note", Json("1"))));
        await StoreAsync(CodMode.Append, "2.dcm");
        await AssertHasAsync("2.dcm");
    }

    [Test]
    public async Task AppendAsync_EmptyArchiveThatTheMetadataDoesNotName_IsNoObstacle()
    {
        await EmptyAsync();
        byte[] archive = await ReadArchiveAsync();
        byte[] index = (await new DamagedSeries(Datastore).ReadAsync(Datastore.Name(Id).Index))!;
        await Datastore.DeleteSeriesAsync(Study, SeriesUid);
        await UpdateAsync(CodMode.Write, series => Task.Run(() => series.SetField("note", Json("1"))));
        await PutBesideAsync(".tar", archive);
        await PutBesideAsync("/index.sqlite", index);
        Assert.That((await Datastore.RepairSeriesAsync(Study, SeriesUid)).HasWritten, Is.False);
        await StoreAsync(CodMode.Append, "2.dcm");
        await AssertHasAsync("2.dcm");
        Assert.That((await Datastore.RepairSeriesAsync(Study, SeriesUid)).HasWritten, Is.False);
    }

    [Test]
    public async Task SyncAsync_NewSeriesThatWasTruncated_MustBeAllowed()
    {
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        await series.AppendAsync([new Instance(AppendFile("1.dcm"))]);
        await series.TruncateAsync();
        Assert.ThrowsAsync<InvalidOperationException>(() => series.SyncAsync());
        Assert.That(ExistsBeside(".tar"), Is.False);
        await series.SyncAsync(AllowEmpty);
        await AssertHasAsync();
    }

    [Test]
    public async Task RemoveAsync_RangeThatAnotherInstanceHasAsWell_IsDamage()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        SeriesNames names = Datastore.Name(Id);
        StoredSeries stored = (await StoredSeries.ReadAsync(Datastore.Store, names, known: null, DecompressionLimits.Default, CancellationToken.None))!;
        SeriesMetadata shared = stored.Metadata.Clone();
        Assert.That(shared.TryGetInstance(Uid(1), out InstanceRecord? first) & shared.TryGetInstance(Uid(2), out InstanceRecord? second), Is.True);
        shared.Replace(second!.WithArchiveRange(first!.ArchiveRange));
        await Datastore.Store.UploadAsync(
            names.Metadata, StoredSeries.ToUpload(StoredSeries.ToBytes(shared, Datastore.Store, names)), ObjectPrecondition.None);
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        Assert.ThrowsAsync<SeriesDamagedException>(() => series.RemoveAsync([Uid(1)]));
    }

    [Test]
    public async Task TruncateAsync_CopyOfTheArchive_IsReplaced()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await PutBesideAsync(".tar", await ReadArchiveAsync());
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            await series.TruncateAsync();
            await series.SyncAsync(AllowEmpty);
        }

        await AssertHasAsync();
    }

    [Test]
    public async Task SyncAsync_AppendOrFieldEdit_KeepsTheThumbnail()
    {
        await StoreWithThumbnailAsync();
        await StoreAsync(CodMode.Append, "3.dcm");
        await UpdateAsync(CodMode.Append, series => Task.Run(() => series.SetField("note", Json("1"))));
        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        Assert.That((ExistsBeside("/thumbnail.mp4"), read.FieldNames.Contains("thumbnail")), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task SyncAsync_RemoveTruncateWriteOrFieldRemoved_DropsTheThumbnailAndItsObject([Values("remove", "truncate", "write", "field")] string change)
    {
        await StoreWithThumbnailAsync();
        await UpdateAsync(change == "write" ? CodMode.Write : CodMode.Append, async series =>
        {
            switch (change)
            {
                case "remove":
                    await series.RemoveAsync([Uid(1)]);
                    break;
                case "truncate":
                    await series.TruncateAsync();
                    await series.AppendAsync([new Instance(AppendFile("3.dcm"))]);
                    break;
                case "write":
                    await series.AppendAsync([new Instance(AppendFile("3.dcm"))]);
                    break;
                default:
                    Assert.That(series.RemoveField("thumbnail"), Is.True);
                    break;
            }

            Assert.That(ExistsBeside("/thumbnail.mp4"), Is.True, "nothing is deleted before the commit");
        });
        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        Assert.That((ExistsBeside("/thumbnail.mp4"), read.FieldNames.Contains("thumbnail")), Is.EqualTo((false, false)));
    }

    /// <summary>Leaves a series without instances.</summary>
    private async Task EmptyAsync()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Append);
        await series.TruncateAsync();
        await series.SyncAsync(AllowEmpty);
    }

    private static string Uid(int number) => $"{SeriesUid}.{number}";

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private Task UpdateAsync(CodMode mode, Func<CodObject, Task> update) => Datastore.UpdateSeriesAsync(Study, SeriesUid, mode, update);

    private Task RemoveAsync(params string[] uids) => UpdateAsync(CodMode.Append, series => series.RemoveAsync(uids));

    private async Task StoreWithThumbnailAsync()
    {
        await StoreAsync(CodMode.Write, "1.dcm", "2.dcm");
        await PutBesideAsync("/thumbnail.mp4", [1, 2, 3]);
        await UpdateAsync(CodMode.Append, series => Task.Run(() => series.SetField("thumbnail", Json($$"""{"uri": "gs://elsewhere/{{Id.Path}}/thumbnail.mp4"}"""))));
    }

    private async Task PutPythonsAsync(string goldenCase)
    {
        foreach ((string name, string file) in new[] { (".tar", "series.tar"), ("/index.sqlite", "index.sqlite"), ("/metadata.json", "metadata.json") })
        {
            await PutBesideAsync(name, await File.ReadAllBytesAsync(Repository.TestData("cod", goldenCase, file)));
        }
    }

    private async Task<byte[]> ReadArchiveAsync()
    {
        await using var content = (await Datastore.Store.OpenReadAsync((Kind == StoreKind.Bucket ? "cod/" : "") + Id.Path + ".tar"))!;
        var bytes = new MemoryStream();
        await content.Content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private async Task AssertHasAsync(params string[] files) =>
        Assert.That((await ReadAllAsync()).Select(instance => instance.Bytes), Is.EqualTo(files.Select(file => File.ReadAllBytes(AppendFile(file)))));
}
