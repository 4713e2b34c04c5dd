using System.Buffers;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;
using CloudOptimizedDicom.Tar;
using CloudOptimizedDicom.Tar.Index;

namespace CloudOptimizedDicom;

/// <summary>
/// The archive of a series while it is being made: a file on this machine that grows by whole members. Not thread-safe.
/// </summary>
internal sealed partial class ScratchArchive : IDisposable
{
    private const int CopyBytes = 1024 * 1024;

    private readonly ScratchPlace _place;
    private readonly FileStream _file;
    private readonly List<TarMember> _members;
    private SeriesTarWriter _writer;

    private ScratchArchive(ScratchPlace place, FileStream file, List<TarMember> members, long position, uint crc32c)
    {
        _place = place;
        _file = file;
        _members = members;
        _writer = new SeriesTarWriter(file.SafeFileHandle, position, crc32c);
    }

    /// <summary>For messages: there need not be a file of this name.</summary>
    public string Path => _file.Name;

    /// <summary>Bytes up to the end of the last member.</summary>
    public long Position => _writer.Position;

    /// <summary>The members in their order; a live view.</summary>
    public IReadOnlyList<TarMember> Members => _members;

    /// <summary>How the archive that was brought here differs from the one that was expected; null when it does not.</summary>
    public string? Difference { get; private init; }

    /// <summary>Begins an archive.</summary>
    public static ScratchArchive Create(ScratchPlace place) => new(place, place.CreateFile(), [], position: 0, crc32c: 0);

    /// <summary>Brings an archive here to go on with it.</summary>
    /// <param name="place">Where to keep it.</param>
    /// <param name="content">The archive's bytes.</param>
    /// <param name="expected">What the metadata says the archive is; null when it does not say.</param>
    /// <param name="recordsEnd">The end of the last instance that the metadata knows.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="InvalidDataException">It has another size than expected. Whether it has other bytes, <see cref="Difference"/> tells.</exception>
    /// <exception cref="TarFormatException">It is not readable.</exception>
    public static async Task<ScratchArchive> DownloadAsync(
        ScratchPlace place, ObjectContent content, ObjectIdentity? expected, long recordsEnd, CancellationToken cancellationToken)
    {
        FileStream file = place.CreateFile();
        try
        {
            var passing = new PassingStream(content.Content, file);
            long keptBytes = Math.Min(TarBlock.RoundUp(recordsEnd), content.Range.Length);
            await CopyAsync(passing, keptBytes, cancellationToken).ConfigureAwait(false);
            uint keptCrc32c = passing.Crc32c;
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            string? difference = expected is null || (passing.BytesPassed == expected.SizeBytes && passing.Crc32c == expected.Crc32c)
                ? null
                : $"it has {passing.BytesPassed} bytes with CRC-32C {Crc32c.ToBase64(passing.Crc32c)}, "
                    + $"the metadata says {expected.SizeBytes} bytes with {Crc32c.ToBase64(expected.Crc32c)}";
            if (difference is not null && passing.BytesPassed != expected!.SizeBytes)
            {
                throw new InvalidDataException(difference);
            }

            using var hop = new TarHopReader(new TarFileSource(file.SafeFileHandle)) { ContinueBehindEnd = true };
            List<TarMember> members = [.. await hop.ReadAllAsync(cancellationToken).ConfigureAwait(false)];
            long end = members.Count == 0 ? 0 : TarBlock.RoundUp(members[^1].Data.End);
            if (end > keptBytes)
            {
                var rest = ByteRange.FromStartAndEnd(keptBytes, end);
                uint restCrc32c = await FileChecksum.ComputeAsync(file.SafeFileHandle, rest, cancellationToken).ConfigureAwait(false);
                keptCrc32c = Crc32c.Combine(keptCrc32c, restCrc32c, rest.Length);
            }

            return new ScratchArchive(place, file, members, Math.Max(end, keptBytes), keptCrc32c) { Difference = difference };
        }
        catch
        {
            Delete(place, file);
            throw;
        }
    }

    /// <summary>CRC-32C of a part of the archive.</summary>
    public Task<uint> ChecksumAsync(ByteRange range, CancellationToken cancellationToken) => FileChecksum.ComputeAsync(_file.SafeFileHandle, range, cancellationToken);

    /// <summary>Opens a part of the archive.</summary>
    public Stream OpenRead(ByteRange range) => new HandleStream(_file.SafeFileHandle, range);

    /// <summary>Opens a range of an instance in it.</summary>
    public Stream OpenRead(InstanceRecord record, ByteRange range) =>
        OpenRead(new ByteRange(record.ArchiveRange.Offset + range.Offset, range.Length));

    /// <summary>Adds an instance that is in memory.</summary>
    public ByteRange Add(string name, ReadOnlyMemory<byte> data, uint crc32c)
    {
        TarMember member = _writer.WriteMember(name, data, crc32c);
        _members.Add(member);
        return member.Data;
    }

    /// <summary>Adds an instance while it is read; whatever goes wrong takes it back.</summary>
    public async Task<ByteRange> AddAsync(
        string name, long sizeBytes, Func<Stream, CancellationToken, Task<uint>> writeData, CancellationToken cancellationToken)
    {
        TarMember member = await _writer.WriteMemberAsync(name, sizeBytes, writeData, cancellationToken).ConfigureAwait(false);
        _members.Add(member);
        return member.Data;
    }

    public Mark GetMark() => new(_members.Count, _writer.Position, _writer.Crc32c);

    /// <summary>Takes back everything that was added behind a mark.</summary>
    public void RollBack(Mark mark)
    {
        _members.RemoveRange(mark.Members, _members.Count - mark.Members);
        _writer = new SeriesTarWriter(_file.SafeFileHandle, mark.Position, mark.Crc32c);
        _file.SetLength(mark.Position);
    }

    /// <summary>Writes the end of the archive and its index. More can be added afterwards, which replaces the end.</summary>
    public (long SizeBytes, uint Crc32c, byte[] Index) Finish()
    {
        Mark mark = GetMark();
        long size = _writer.Finish();
        uint crc32c = _writer.Crc32c;
        _writer = new SeriesTarWriter(_file.SafeFileHandle, mark.Position, mark.Crc32c);
        return (size, crc32c, RatarmountIndex.Write(_members, size));
    }

    /// <summary>The finished archive for the store, which may take the file itself.</summary>
    public ObjectUpload ToUpload(long sizeBytes, uint crc32c) => _place.StagingDirectory is null
        ? ObjectUpload.FromHandle(_file.SafeFileHandle, sizeBytes, crc32c)
        : ObjectUpload.FromFile(Path, sizeBytes, crc32c, mayMove: true);

    public void Dispose() => Delete(_place, _file);

    private static void Delete(ScratchPlace place, FileStream file)
    {
        file.Dispose();
        if (place.StagingDirectory is null)
        {
            return;
        }

        try
        {
            File.Delete(file.Name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is left of a scratch file is in nobody's way; an error here would hide the one that matters.
        }
    }

    private static async Task CopyAsync(PassingStream source, long bytes, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            while (bytes > 0)
            {
                int read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), cancellationToken).ConfigureAwait(false);
                bytes -= read > 0 ? read : throw new EndOfStreamException("the archive ended early");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A point to which the archive can be taken back.</summary>
    public readonly record struct Mark(int Members, long Position, uint Crc32c);
}
