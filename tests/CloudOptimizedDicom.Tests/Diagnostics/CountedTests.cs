using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>What is done is counted as what it was.</summary>
public sealed class CountedTests : TelemetryFixture
{
    [Test]
    public async Task Append_NewSameConflictingAndFailed_AreCountedApart()
    {
        await AppendAsync("1.dcm", "2.dcm");
        await AppendAsync("1.dcm", "2_diffheader.dcm", "3.dcm", "missing.dcm");
        await AppendAsync("1.dcm", "3.dcm");
        long bytes = new[] { "1.dcm", "2.dcm", "3.dcm" }.Sum(name => new FileInfo(FileOf(name)).Length);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.append.instances", "new"), Is.EqualTo(3));
            Assert.That(Counted.Sum("cod.append.instances", "same"), Is.EqualTo(3));
            Assert.That(Counted.Sum("cod.append.instances", "conflict"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.append.instances", "failed"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.append.bytes"), Is.EqualTo(bytes));
            Assert.That(Counted.Sum("cod.append.duplicate_series"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.sync.commits"), Is.EqualTo(2), "the third append had nothing to commit");
            Assert.That(Counted.Sum("cod.lock.events", "acquired"), Is.EqualTo(3));
        }
    }

    [Test]
    public async Task Sync_Archive_CountsItsBytesAndStorageClass()
    {
        await using CodDatastore cold = await OpenListenedAsync(new CodDatastoreOptions { StorageClass = "COLDLINE" });
        await cold.AppendToSeriesAsync(Study, SeriesUid, [File("1.dcm")]);
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        await series.ReadInstanceAsync($"{SeriesUid}.1");
        ObjectInfo? archive = await Datastore.Store.GetInfoAsync($"cod/studies/{Study}/series/{SeriesUid}.tar");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.sync.bytes"), Is.EqualTo(archive!.SizeBytes));
            Assert.That(Counted.Sum("cod.store.creates", "COLDLINE"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.store.creates"), Is.EqualTo(4), "lock, archive, index, metadata");
            Assert.That(Counted.Sum("cod.store.gets", "COLDLINE"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Read_InstancesAndFrames_CountsWhatTheCallerGot()
    {
        await AppendAsync("1.dcm", "2.dcm");
        Emulator.Log.Clear();
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        double opened = Counted.Sum("cod.store.io", "receive");
        byte[] whole = await series.ReadInstanceAsync($"{SeriesUid}.1");
        Assert.That(Counted.Sum("cod.store.io", "receive") - opened, Is.EqualTo(whole.Length));
        DicomFrame frame = await series.ReadFrameAsync($"{SeriesUid}.2", 1);
        int streamed = 0;
        await foreach (StreamedInstance instance in series.StreamSeriesAsync())
        {
            streamed += (int)instance.Content.Length;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.read.instances"), Is.EqualTo(3));
            Assert.That(Counted.Sum("cod.read.frames"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.read.bytes"), Is.EqualTo(whole.Length + frame.Bytes.Length + streamed));
            Assert.That(Counted.Sum("cod.read.faults"), Is.Zero);
        }
    }

    [Test]
    public async Task Read_OtherBytesInTheArchive_CountsAMismatch()
    {
        await AppendAsync("1.dcm");
        await using CodObject series = await OpenSeriesAsync(CodMode.Read);
        ByteRange place = series.GetInstance($"{SeriesUid}.1").Record!.ArchiveRange;
        Emulator.Faults.Clear();
        await ForgetArchiveAsync(series.Id);
        string archive = $"cod/studies/{Study}/series/{SeriesUid}.tar";
        byte[] bytes;
        await using (ObjectContent content = (await Datastore.Store.OpenReadAsync(archive))!)
        {
            bytes = (await content.TryReadToEndAsync(CancellationToken.None))!;
        }

        bytes[place.Offset + 200] ^= 1;
        await Datastore.Store.UploadAsync(archive, ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        await using CodObject python = await OpenSeriesAsync(CodMode.Read);
        Assert.That(
            async () => { await foreach (StreamedInstance instance in python.StreamSeriesAsync()) { instance.Content.Position = 0; } },
            Throws.InstanceOf<CodException>());
        await python.VerifyIntegrityAsync();
        Assert.That(Counted.Sum("cod.read.faults", "mismatch"), Is.EqualTo(1));
        Assert.That(Counted.Sum("cod.verify.findings", "InstanceDiffers"), Is.EqualTo(1));
    }

    [Test]
    public async Task Delete_SeriesAndDependencies_AreCounted()
    {
        string there = await PutAsync("1.dcm", FileOf("1.dcm"));
        string other = await PutAsync("2.dcm", FileOf("3.dcm"));
        await Listened.AppendToSeriesAsync(Study, SeriesUid,
        [
            new Instance(FileOf("1.dcm")) { Dependencies = [there] },
            new Instance(FileOf("2.dcm")) { Dependencies = [other] },
            new Instance(FileOf("4.dcm")) { Dependencies = [$"gs://{Inbox}/none"] },
        ]);
        await using (CodObject series = await OpenSeriesAsync(CodMode.Read))
        {
            var any = new DeleteDependenciesOptions { Filter = _ => true };
            await series.DeleteDependenciesAsync(any with { DryRun = true });
            Assert.That(Counted.Sum("cod.delete.dependencies"), Is.Zero, "a dry run deletes nothing");
            await series.DeleteDependenciesAsync(any);
        }

        await Listened.DeleteSeriesAsync(Study, SeriesUid);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.delete.dependencies", "Deleted"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.delete.dependencies", "Mismatched"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.delete.dependencies", "Missing"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.delete.bytes"), Is.EqualTo(new FileInfo(FileOf("1.dcm")).Length));
            Assert.That(Counted.Sum("cod.delete.series"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Lock_RefusedOverriddenAndBroken_AreCountedApart()
    {
        CodObject held = await OpenSeriesAsync(CodMode.Append);
        Assert.That(() => OpenSeriesAsync(CodMode.Append), Throws.InstanceOf<LockAcquisitionException>());
        await using (await OpenSeriesAsync(CodMode.Append, new OpenSeriesOptions { OverrideEmptyLocksOlderThan = TimeSpan.Zero }))
        {
            await held.DisposeAsync();
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.lock.events", "acquired"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.lock.events", "refused"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.lock.events", "overridden"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.lock.events", "broken"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.lock.events", "waited"), Is.Zero);
        }
    }

    [Test]
    public async Task Lock_WaitedForInVainAndRemoved_IsCounted()
    {
        await using CodObject held = await OpenSeriesAsync(CodMode.Append);
        Assert.That(
            () => OpenSeriesAsync(CodMode.Append, new OpenSeriesOptions { WaitForLock = TimeSpan.FromMilliseconds(1) }),
            Throws.InstanceOf<LockAcquisitionException>());
        await Listened.UnlockSeriesAsync(Study, SeriesUid, new UnlockOptions { Force = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.lock.events", "waited"), Is.EqualTo(1));
            Assert.That(Counted.Of("cod.lock.wait.duration").Select(wait => wait.Value), Has.Exactly(1).GreaterThan(0));
            Assert.That(Counted.Sum("cod.lock.events", "refused"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.lock.events", "removed"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Requests_OfASeriesLife_AreThoseThatArrived()
    {
        await AppendAsync("1.dcm");
        await AppendAsync("2.dcm");
        await using (CodObject series = await OpenSeriesAsync(CodMode.Read))
        {
            await series.ReadInstanceAsync($"{SeriesUid}.1");
        }

        await Listened.DeleteSeriesAsync(Study, SeriesUid);
        RequestEntry[] arrived = [.. Emulator.Log.Entries];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.store.requests", "A"), Is.EqualTo(arrived.Count(request => request.OperationClass == 'A')));
            Assert.That(Counted.Sum("cod.store.requests", "B"), Is.EqualTo(arrived.Count(request => request.OperationClass == 'B')));
            Assert.That(Counted.Sum("cod.store.requests", "free"), Is.EqualTo(arrived.Count(request => request.OperationClass is null)));
            Assert.That(Counted.Sum("cod.store.requests", "read"), Is.EqualTo(arrived.Count(request => request.Operation == GcsOperation.Media)));
            Assert.That(Counted.Sum("cod.store.requests", "stat"), Is.EqualTo(arrived.Count(request => request.Operation == GcsOperation.Get)));
            Assert.That(Counted.Sum("cod.store.requests", "list"), Is.EqualTo(arrived.Count(request => request.Operation == GcsOperation.List)));
            Assert.That(Counted.Of("cod.store.request.duration").Select(duration => duration.Value), Has.Exactly(arrived.Length).GreaterThan(0));
            Assert.That(Counted.Sum("cod.store.io", "transmit"), Is.EqualTo(arrived.Sum(request => request.BytesUp)));
            Assert.That(Counted.Sum("cod.store.retries"), Is.Zero);
        }
    }

    [Test]
    public async Task Requests_RefusedAndDropped_AreCountedWithTheirRetries()
    {
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Refuse(503), Operation = GcsOperation.Media, AtMatch = 1 });
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.DropBefore, Operation = GcsOperation.Insert, AtMatch = 1 });
        await AppendAsync("1.dcm");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counted.Sum("cod.store.retries", "read"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.store.retries", "upload"), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.store.requests", 503), Is.EqualTo(1));
            Assert.That(Counted.Sum("cod.store.requests", "no_answer"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Metadata_KeptInMemory_CountsHitsAndMisses()
    {
        await AppendAsync("1.dcm");
        await using CodDatastore server = await OpenListenedAsync(new CodDatastoreOptions { MetadataCacheBytes = 1 << 20 });
        for (int i = 0; i < 3; i++)
        {
            await using CodObject series = await server.OpenSeriesAsync(Study, SeriesUid, CodMode.Read);
        }

        Assert.That((Counted.Sum("cod.metadata.lookups", "miss"), Counted.Sum("cod.metadata.lookups", "hit")), Is.EqualTo((1, 2)));
    }
}
