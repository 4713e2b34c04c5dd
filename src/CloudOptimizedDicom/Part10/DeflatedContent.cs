namespace CloudOptimizedDicom.Part10;

/// <summary>
/// The bytes of a deflate stream (RFC 1951), without the zlib header (RFC 1950) that some writers wrongly put in front of it.
/// What it reads stays open.
/// </summary>
internal sealed class DeflatedContent : Stream
{
    private const int ZlibHeaderBytes = 2;

    /// <summary>The header of a stored block: what a zlib header looks like to a reader of deflate.</summary>
    private const int StoredHeaderBytes = 5;

    private readonly Stream _content;

    private DeflatedContent(Stream content, bool hasZlibHeader)
    {
        _content = content;
        HasZlibHeader = hasZlibHeader;
    }

    public bool HasZlibHeader { get; }

    /// <summary>Whether the reader asked for more than there is; one that has seen the end of the deflate stream does not.</summary>
    public bool WasReadToItsEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Looks at the first bytes.</summary>
    public static async ValueTask<DeflatedContent> OpenAsync(Stream content, CancellationToken cancellationToken)
    {
        byte[] first = new byte[StoredHeaderBytes];
        int count = await content.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        bool hasZlibHeader = IsZlib(first.AsSpan(0, count));
        ReadOnlyMemory<byte> rest = first.AsMemory(0, count)[(hasZlibHeader ? ZlibHeaderBytes : 0)..];
        return new DeflatedContent(new PrefixedStream(rest, content), hasZlibHeader);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Note(_content.Read(buffer), buffer.Length);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Note(await _content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>
    /// A zlib header without a dictionary. Read as deflate it would begin a stored block, whose length stands twice, the second
    /// time inverted; so the two cannot be mistaken for each other.
    /// </summary>
    private static bool IsZlib(ReadOnlySpan<byte> first) =>
        first.Length == StoredHeaderBytes
        && (first[0] & 0x0F) == 8 && first[0] >> 4 <= 7 && ((first[0] << 8) | first[1]) % 31 == 0 && (first[1] & 0x20) == 0
        && (ushort)~DicomNumber.ReadUInt16(first[1..], bigEndian: false) != DicomNumber.ReadUInt16(first[3..], bigEndian: false);

    private int Note(int read, int wanted)
    {
        WasReadToItsEnd |= read == 0 && wanted > 0;
        return read;
    }
}
