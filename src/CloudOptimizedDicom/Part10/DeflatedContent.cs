namespace CloudOptimizedDicom.Part10;

/// <summary>
/// The bytes of a deflate stream (RFC 1951), without the zlib header (RFC 1950) that some writers wrongly put in front of it.
/// What it reads stays open.
/// </summary>
internal sealed class DeflatedContent : Stream
{
    private const int ZlibHeaderBytes = 2;

    /// <summary>
    /// What an inflater is given at a time while it is at the header: what it makes of good bytes is lost when bad ones come
    /// with them.
    /// </summary>
    private const int SmallPortionBytes = 16;

    private const int HeaderBytes = 64 * 1024;

    /// <summary>The header of a stored block: what a zlib header looks like to a reader of deflate.</summary>
    private const int StoredHeaderBytes = 5;

    private readonly Stream _content;
    private long _passed;

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

    public override int Read(Span<byte> buffer)
    {
        int portion = NextPortion(buffer.Length);
        return Note(_content.ReadAtLeast(buffer[..portion], portion, throwOnEndOfStream: false), portion);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int portion = NextPortion(buffer.Length);
        return Note(await _content.ReadAtLeastAsync(buffer[..portion], portion, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false), portion);
    }

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

    /// <summary>The same portions whatever the source gives, so that a damaged stream is read to the same byte from memory and from a network.</summary>
    private int NextPortion(int wanted) => _passed < HeaderBytes ? Math.Min(SmallPortionBytes, wanted) : wanted;

    private int Note(int read, int wanted)
    {
        _passed += read;
        WasReadToItsEnd |= read == 0 && wanted > 0;
        return read;
    }
}
