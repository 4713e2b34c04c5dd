using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Instances that are not read whole before they are stored.</summary>
public sealed class LargeInstanceTests
{
    private const int LargeBytes = InstanceScanner.MaxBufferedBytes + (1024 * 1024) + 7;

    private static readonly SeriesId Id = new("1.2.3", "1.2.3.4");

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task CreateStore() => _store = await TemporaryDatastore.CreateAsync();

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    public async Task AppendAsync_LargeBetweenSmall_KeepsTheOrderAndTheBytes()
    {
        string[] files = [Write(1, 10), Write(2, LargeBytes), Write(3, 10), Write(4, LargeBytes), Write(5, LargeBytes), Write(6, 10)];
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, files);
        Assert.That(result.New.Select(instance => instance.OriginalPath), Is.EqualTo(files));
        await AssertHoldsAsync(files);
    }

    [Test]
    public async Task AppendAsync_LargeAgain_TellsSameFromConflict()
    {
        string first = Write(1, LargeBytes);
        string other = Write(1, LargeBytes, fill: 9, name: "other");
        string longer = Write(1, LargeBytes + 2, name: "longer");
        await _store.StoreAsync(Id, CodMode.Append, [first]);
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, [first, other, longer]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Same.Select(instance => instance.OriginalPath), Is.EqualTo([first]));
            Assert.That(result.Conflict.Select(instance => instance.OriginalPath), Is.EqualTo([other, longer]));
        }

        await AssertHoldsAsync(first);
    }

    [Test]
    public async Task AppendAsync_LargeAgainWithAWrongChecksumHint_IsAnError()
    {
        string file = Write(1, LargeBytes);
        await _store.StoreAsync(Id, CodMode.Append, [file]);
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, [new Instance(file) { Hints = new Hints { Crc32c = 1 } }]);
        Assert.That(result.Errors.Single().Error, Is.InstanceOf<HintMismatchException>());
    }

    [Test]
    public async Task AppendAsync_LargeTwiceInOneCall_IsStoredOnce()
    {
        string first = Write(1, LargeBytes);
        string other = Write(1, LargeBytes, fill: 9, name: "other");
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, [first, first, other]);
        Assert.That((result.New.Count, result.Same.Count, result.Conflict.Count), Is.EqualTo((1, 1, 1)));
        await AssertHoldsAsync(first);
    }

    [TestCase(-1)]
    [TestCase(-1_000_000)]
    [TestCase(1)]
    [TestCase(100_000)]
    public async Task AppendAsync_LargeThatChangesWhileItIsRead_IsAnErrorAndCostsNoOther(int bytes)
    {
        string[] good = [Write(1, 10), Write(3, LargeBytes)];
        string path = Write(2, LargeBytes);
        long length = new FileInfo(path).Length;
        var changing = new Instance(path) { UidHasher = uid => Resize(path, length + bytes, uid) };
        Instance[] all = [Hashed(good[0]), changing, Hashed(good[1])];
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, all, new OpenSeriesOptions { UsesHashedUids = true });
        Assert.That(result.Errors.Select(error => error.Error).ToList(), Has.Count.EqualTo(1).And.All.InstanceOf<SourceChangedException>());
        await AssertHoldsAsync(good);
    }

    [Test]
    public async Task AppendAsync_LargeRewrittenInPlaceWhileItIsRead_IsAnErrorAndCostsNoOther([Values] bool isStored)
    {
        string[] good = [Write(1, 10), Write(3, LargeBytes)];
        string path = Write(2, LargeBytes);
        if (isStored)
        {
            await _store.StoreAsync(Id, CodMode.Append, [Hashed(path)], new OpenSeriesOptions { UsesHashedUids = true });
            good = [path, .. good];
        }

        var changing = new Instance(path) { UidHasher = uid => Rewrite(path, uid) };
        Instance[] all = [.. good.Where(file => file != path).Select(Hashed).Append(changing)];
        AppendResult result = await _store.StoreAsync(Id, CodMode.Append, all, new OpenSeriesOptions { UsesHashedUids = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Errors.Single().Error, Is.InstanceOf<SourceChangedException>().With.Message.Contains("written"));
            Assert.That(result.Reasons[changing], Is.EqualTo(AppendReason.SourceChanged));
            Assert.That(result.New, Has.Count.EqualTo(2));
            Assert.That(await _store.VerifyAsync(Id), Is.Empty);
            Assert.That(await _store.ReadAllAsync(Id), Has.Count.EqualTo(good.Length));
        }
    }

    [Test]
    public async Task AppendAsync_CancelledInsideALarge_TakesItBack()
    {
        string[] good = [Write(1, 10), Write(3, LargeBytes)];
        using var cancel = new CancellationTokenSource();
        var cancelling = new Instance(Write(2, LargeBytes))
        {
            UidHasher = uid =>
            {
                cancel.Cancel();
                return uid;
            },
        };
        await using (CodObject series = await _store.OpenAsync(Id, CodMode.Append, new OpenSeriesOptions { UsesHashedUids = true }))
        {
            await series.AppendAsync([Hashed(good[0])]);
            Assert.That(
                async () => await series.AppendAsync([cancelling], cancellationToken: cancel.Token),
                Throws.InstanceOf<OperationCanceledException>());
            await series.AppendAsync([Hashed(good[1])]);
            await series.SyncAsync();
        }

        await AssertHoldsAsync(good);
    }

    /// <summary>An instance of a series whose UIDs are hashed to themselves, so that a hasher may be asked.</summary>
    private static Instance Hashed(string path) => new(path) { UidHasher = uid => uid };

    /// <summary>The hasher is asked after the file was opened and before its rest is read.</summary>
    private static string Resize(string path, long bytes, string uid)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(bytes);
        return uid;
    }

    /// <summary>As many bytes as before, and the times as they were.</summary>
    private static string Rewrite(string path, string uid)
    {
        DateTime time = File.GetLastWriteTimeUtc(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(7);
        }

        File.SetLastWriteTimeUtc(path, time);
        return uid;
    }

    private async Task AssertHoldsAsync(params string[] files)
    {
        Assert.That((await _store.ReadAllAsync(Id)).Select(instance => instance.Bytes), Is.EqualTo(files.Select(File.ReadAllBytes)));
        Assert.That(await _store.VerifyAsync(Id), Is.Empty);
    }

    private string Write(int number, int pixelBytes, byte fill = 1, string? name = null)
    {
        string path = Path.Combine(_store.Directory, $"{name ?? $"{number}"}.dcm");
        byte[] pixels = new byte[pixelBytes + (pixelBytes % 2)];
        Array.Fill(pixels, fill);
        File.WriteAllBytes(path, DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, $"1.2.3.4.{number}")
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Id.StudyUid)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, Id.SeriesUid)
            .Element(DicomTag.PixelData, DicomVr.OW, pixels)
            .ToArray());
        return path;
    }
}
