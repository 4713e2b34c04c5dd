using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A stored series of five instances, and ways to damage it.</summary>
internal sealed class DamagedSeries
{
    public static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.1", "1.2.826.0.1.3680043.8.498.7001.1.1");
    public static readonly string[] Files = [.. Directory.GetFiles(Repository.TestData("dicom", "ct5")).Order(StringComparer.Ordinal)];

    private readonly IObjectStore _store;

    public DamagedSeries(CodDatastore datastore)
    {
        _store = datastore.Store;
        Names = datastore.Name(Id);
    }

    public SeriesNames Names { get; }

    /// <summary>The metadata when the first two instances were stored.</summary>
    public byte[] EarlierMetadata { get; private set; } = [];

    /// <summary>What can be done to a series such that nothing is lost.</summary>
    public static IReadOnlyDictionary<string, Func<DamagedSeries, Task>> Harmless { get; } = new Dictionary<string, Func<DamagedSeries, Task>>
    {
        ["metadata is gone"] = series => series.EditAsync(series.Names.Metadata, _ => null),
        ["metadata is older"] = series => series.EditAsync(series.Names.Metadata, _ => series.EarlierMetadata),
        ["metadata and index are gone"] = async series =>
        {
            await series.EditAsync(series.Names.Metadata, _ => null);
            await series.EditAsync(series.Names.Index, _ => null);
        },
        ["index is gone"] = series => series.EditAsync(series.Names.Index, _ => null),
        ["index is no database"] = series => series.EditAsync(series.Names.Index, _ => [1, 2, 3]),
        ["garbage is behind the end"] = series => series.EditAsync(series.Names.Tar, tar => [.. tar, .. Garbage()]),
        ["the end is cut off"] = series => series.EditAsync(series.Names.Tar, tar => tar[..EndOfMembers(tar)]),
        ["half a block is behind the end"] = series => series.EditAsync(series.Names.Tar, tar => [.. tar, .. new byte[100]]),
        ["the first header is damaged"] = series => series.EditAsync(series.Names.Tar, tar => Change(tar, 10)),
        ["the first header is zeroed"] = series => series.EditAsync(series.Names.Tar, tar => [.. new byte[512], .. tar[512..]]),
        ["a member is behind the end"] = series => series.EditAsync(series.Names.Tar, MoveLastBehindEnd),
    };

    public async Task CreateAsync(CodDatastore datastore)
    {
        foreach (string[] files in new[] { Files[..2], Files[2..] })
        {
            await datastore.UpdateSeriesAsync(
                Id.StudyUid, Id.SeriesUid, CodMode.Append, series => series.AppendAsync(files.Select(file => new Instance(file))));
            EarlierMetadata = EarlierMetadata.Length == 0 ? await ReadAsync(Names.Metadata) ?? [] : EarlierMetadata;
        }
    }

    /// <summary>Replaces an object, or deletes it where the new bytes are null.</summary>
    public async Task EditAsync(string name, Func<byte[], byte[]?> edit)
    {
        byte[]? bytes = edit(await ReadAsync(name) ?? []);
        if (bytes is null)
        {
            await _store.DeleteAsync(name, ObjectPrecondition.None);
        }
        else
        {
            await _store.UploadAsync(name, ObjectUpload.FromMemory(bytes), ObjectPrecondition.None);
        }
    }

    public Task<byte[]?> ReadAsync(string name) => ReadAsync(name, new ObjectReadOptions());

    /// <summary>Reads an object, be it damaged or not.</summary>
    public Task<byte[]?> ReadAsItIsAsync(string name) => ReadAsync(name, new ObjectReadOptions { VerifyChecksum = false });

    private async Task<byte[]?> ReadAsync(string name, ObjectReadOptions options)
    {
        if (await _store.OpenReadAsync(name, options) is not { } content)
        {
            return null;
        }

        await using (content)
        {
            return await content.TryReadToEndAsync(CancellationToken.None);
        }
    }

    /// <summary>Leaves the lock of a writer that died.</summary>
    public async Task LeaveLockAsync(string operation, byte[]? content = null) =>
        await new SeriesLock(_store, Names.Lock).AcquireAsync(
            operation, content ?? StoredSeries.ToBackup(await ReadAsync(Names.Metadata) ?? []), CancellationToken.None);

    /// <summary>Names and generations of all that is stored.</summary>
    public async Task<IReadOnlyList<(string Name, long Generation)>> ListAsync() =>
        [.. (await _store.ListAsync("").ToListAsync()).Select(entry => (entry.Name, entry.Object!.Generation))];

    public static byte[] Change(byte[] bytes, int offset)
    {
        bytes[offset] ^= 1;
        return bytes;
    }

    public static byte[] DropLast(byte[] tar) => [.. tar[..(int)LastMember(tar).HeaderOffset], .. new byte[1024]];

    private static byte[] Garbage() => [.. Enumerable.Range(1, 1000).Select(i => (byte)i)];

    private static byte[] MoveLastBehindEnd(byte[] tar)
    {
        int last = (int)LastMember(tar).HeaderOffset;
        return [.. tar[..last], .. new byte[1024], .. tar[last..]];
    }

    private static int EndOfMembers(byte[] tar) => (int)TarBlock.RoundUp(LastMember(tar).Data.End);

    private static TarMember LastMember(byte[] tar)
    {
        using var hop = new TarHopReader(new BytesSource(tar));
        return hop.ReadAllAsync(CancellationToken.None).GetAwaiter().GetResult()[^1];
    }

    private sealed class BytesSource(byte[] bytes) : ITarSource
    {
        public long LengthBytes => bytes.Length;

        public ValueTask<int> ReadAtAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            int count = (int)Math.Min(buffer.Length, bytes.Length - offset);
            bytes.AsMemory((int)offset, count).CopyTo(buffer);
            return ValueTask.FromResult(count);
        }
    }
}
