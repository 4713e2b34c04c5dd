using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// Writes the archive of a series into a scratch file, one member behind the other. The same members give the same bytes.
/// A member that fails is taken back, so it never costs the others. Not thread-safe; the file stays open.
/// </summary>
internal sealed class SeriesTarWriter
{
    private static readonly byte[] Zeros = new byte[2 * TarBlock.RecordBytes];

    private readonly SafeFileHandle _file;
    private bool _writing;
    private bool _finished;

    /// <summary>Goes on behind what a file holds already, or begins a new archive.</summary>
    /// <param name="file">A seekable file that may be written.</param>
    /// <param name="position">Where the next member goes: 0, or the end of the last member that is kept. What is behind is replaced.</param>
    /// <param name="crc32c">The CRC-32C of the bytes before the position.</param>
    public SeriesTarWriter(SafeFileHandle file, long position = 0, uint crc32c = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfNotEqual(position % TarBlock.Bytes, 0, nameof(position));
        _file = file;
        Position = position;
        Crc32c = crc32c;
    }

    /// <summary>The end of the last member; behind <see cref="Finish"/> the length of the archive.</summary>
    public long Position { get; private set; }

    /// <summary>The CRC-32C of the bytes before <see cref="Position"/>.</summary>
    public uint Crc32c { get; private set; }

    /// <summary>How many bytes lie between the beginning of a member and its data: 512, more for a long name or 8 GiB.</summary>
    public static int HeaderBytes(string name, long sizeBytes) => TarHeader.Create(name, sizeBytes).Length;

    /// <summary>The length of an archive whose last member, padding included, ends there.</summary>
    public static long LengthOf(long membersEnd)
    {
        long end = membersEnd + 2 * TarBlock.Bytes;
        return (end + TarBlock.RecordBytes - 1) / TarBlock.RecordBytes * TarBlock.RecordBytes;
    }

    /// <summary>Writes a member that is in memory, with one call to the system.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="data">All of its bytes.</param>
    /// <param name="dataCrc32c">Their CRC-32C.</param>
    /// <exception cref="IOException">The file cannot be written; the archive is as it was before.</exception>
    public TarMember WriteMember(string name, ReadOnlyMemory<byte> data, uint dataCrc32c)
    {
        byte[] header = BeginMember(name, data.Length);
        bool written = false;
        try
        {
            RandomAccess.Write(_file, [header, data, Padding(data.Length)], Position);
            written = true;
        }
        finally
        {
            EndMember(written);
        }

        return Commit(name, header, data.Length, dataCrc32c);
    }

    /// <summary>Writes a member whose bytes come by a stream.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="sizeBytes">How many bytes will come.</param>
    /// <param name="writeData">Writes them and returns their CRC-32C. Whatever it throws passes through, and the member is taken back.</param>
    /// <param name="cancellationToken">Ends the call early; the member is taken back.</param>
    /// <exception cref="IOException">Other than <paramref name="sizeBytes"/> bytes came, or the file cannot be written; the archive is as it was before.</exception>
    public async Task<TarMember> WriteMemberAsync(
        string name, long sizeBytes, Func<Stream, CancellationToken, Task<uint>> writeData, CancellationToken cancellationToken)
    {
        byte[] header = BeginMember(name, sizeBytes);
        uint dataCrc32c;
        bool written = false;
        try
        {
            RandomAccess.Write(_file, header, Position);
            var stream = new TarMemberStream(_file, new ByteRange(Position + header.Length, sizeBytes));
            await using (stream.ConfigureAwait(false))
            {
                dataCrc32c = await writeData(stream, cancellationToken).ConfigureAwait(false);
                stream.Complete();
            }

            RandomAccess.Write(_file, Padding(sizeBytes).Span, Position + header.Length + sizeBytes);
            written = true;
        }
        finally
        {
            EndMember(written);
        }

        return Commit(name, header, sizeBytes, dataCrc32c);
    }

    /// <summary>Writes the end of the archive, cuts off what is behind it, and takes no members any more.</summary>
    /// <returns>The length of the archive in bytes.</returns>
    public long Finish()
    {
        ThrowIfBusy();
        long length = LengthOf(Position);
        ReadOnlySpan<byte> marker = Zeros.AsSpan(0, (int)(length - Position));
        RandomAccess.Write(_file, marker, Position);
        RandomAccess.SetLength(_file, length);
        Append(CloudOptimizedDicom.Crc32c.Compute(marker), marker.Length);
        _finished = true;
        return length;
    }

    private static ReadOnlyMemory<byte> Padding(long dataBytes) => Zeros.AsMemory(0, TarBlock.PaddingBytes(dataBytes));

    private byte[] BeginMember(string name, long sizeBytes)
    {
        ThrowIfBusy();
        byte[] header = TarHeader.Create(name, sizeBytes);
        _writing = true;
        return header;
    }

    private void EndMember(bool written)
    {
        _writing = false;
        if (!written)
        {
            RandomAccess.SetLength(_file, Position);
        }
    }

    private TarMember Commit(string name, byte[] header, long sizeBytes, uint dataCrc32c)
    {
        var member = new TarMember
        {
            Name = name,
            HeaderOffset = Position,
            Data = new ByteRange(Position + header.Length, sizeBytes),
        };
        ReadOnlyMemory<byte> padding = Padding(sizeBytes);
        Append(CloudOptimizedDicom.Crc32c.Compute(header), header.Length);
        Append(dataCrc32c, sizeBytes);
        Append(CloudOptimizedDicom.Crc32c.Compute(padding.Span), padding.Length);
        return member;
    }

    private void Append(uint crc32c, long lengthBytes)
    {
        Crc32c = CloudOptimizedDicom.Crc32c.Combine(Crc32c, crc32c, lengthBytes);
        Position += lengthBytes;
    }

    private void ThrowIfBusy()
    {
        if (_finished || _writing)
        {
            throw new InvalidOperationException(_finished ? "The archive is finished." : "The previous member is still being written.");
        }
    }
}
