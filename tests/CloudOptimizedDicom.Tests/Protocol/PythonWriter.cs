using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// Writes a series as the Python package does: the lock is all that it respects, the metadata comes first, then index, archive
/// and thumbnail, and of the metadata it knows its own members only.
/// </summary>
/// <param name="objects">The store.</param>
/// <param name="names">The series.</param>
internal sealed class PythonWriter(ForeignObjects objects, SeriesNames names)
{
    /// <summary>Adds files to the series, or writes it anew; without files of new UIDs an append uploads nothing.</summary>
    /// <returns>Whether it came to its end.</returns>
    public async Task<bool> WriteAsync(CodMode mode, IEnumerable<string> files, int diesBefore = int.MaxValue)
    {
        SeriesMetadata metadata = mode == CodMode.Append ? Read() : Empty();
        List<(string Name, byte[] Data)> added = [];
        List<(InstanceScan Scan, string File)> scans = [];
        foreach (string file in files)
        {
            InstanceScan scan = await InstanceScan.FromFileAsync(file);
            if (!metadata.TryGetInstance(scan.InstanceUid!, out _) && scans.TrueForAll(other => other.Scan.InstanceUid != scan.InstanceUid))
            {
                scans.Add((scan, file));
                added.Add((SeriesNames.Member(scan.InstanceUid!), await File.ReadAllBytesAsync(file)));
            }
        }

        if (added.Count == 0)
        {
            // Append: nothing is new. Write: the metadata is written, and what it was made of stays.
            return await RunAsync(mode == CodMode.Append ? [] : [(names.Metadata, ToBytes(metadata))], diesBefore);
        }

        byte[] old = mode == CodMode.Append ? objects.Read(names.Tar) ?? [] : [];
        (byte[] archive, IReadOnlyList<TarMember> members) = await PythonTar.AppendAsync(old, added);
        foreach (((InstanceScan scan, string file), TarMember member) in scans.Zip(members.TakeLast(scans.Count)))
        {
            metadata.Add(InstanceRecord.Create(scan, scan.InstanceUid!, member.Data, file, [], MetadataVersion.V2, DateTimeOffset.UnixEpoch));
        }

        return await RunAsync(
            [(names.Metadata, ToBytes(metadata)), (names.Index, RatarmountIndex.Write(members, archive.Length)), (names.Tar, archive)], diesBefore);
    }

    /// <summary>Changes nothing but the metadata.</summary>
    /// <returns>Whether it came to its end.</returns>
    public Task<bool> SetFieldAsync(string name, string json, int diesBefore = int.MaxValue)
    {
        SeriesMetadata metadata = Read();
        metadata.Fields.Set(name, JsonDocument.Parse(json).RootElement);
        return RunAsync([(names.Metadata, ToBytes(metadata))], diesBefore);
    }

    /// <summary>Makes a thumbnail.</summary>
    /// <returns>Whether it came to its end.</returns>
    public Task<bool> AddThumbnailAsync(int diesBefore = int.MaxValue)
    {
        SeriesMetadata metadata = Read();
        string name = names.Thumbnails[0];
        metadata.Fields.Set(SeriesFields.Thumbnail, JsonSerializer.SerializeToElement(new { version = "1.0", uri = $"gs://store/{name}" }));
        return RunAsync([(names.Metadata, ToBytes(metadata)), (name, [1, 2, 3])], diesBefore);
    }

    private SeriesMetadata Empty() => new(names.Id, usesHashedUids: false, MetadataVersion.V2);

    /// <summary>The metadata without the members of <c>cod</c> that Python does not know.</summary>
    private SeriesMetadata Read()
    {
        SeriesMetadata metadata = objects.Read(names.Metadata) is { } bytes ? SeriesMetadata.Parse(bytes, names.Metadata).Clone() : Empty();
        (metadata.Tar, metadata.Index) = (null, null);
        return metadata;
    }

    private byte[] ToBytes(SeriesMetadata metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        metadata.Write(json, $"gs://store/{names.Tar}");
        return Gzip.Compress(json.WrittenSpan).ToArray();
    }

    /// <summary>Takes the lock, writes and releases it; a process that dies leaves it.</summary>
    private async Task<bool> RunAsync((string Name, byte[] Bytes)[] uploads, int diesBefore)
    {
        (string Name, byte[]? Bytes)[] steps = [(names.Lock, objects.Read(names.Metadata) ?? ToBytes(Empty())), .. uploads, (names.Lock, null)];
        foreach ((string name, byte[]? bytes) in steps.Take(diesBefore))
        {
            if (bytes is null)
            {
                objects.Delete(name);
            }
            else
            {
                await objects.WriteAsync(name, bytes);
            }
        }

        return diesBefore >= steps.Length;
    }
}
