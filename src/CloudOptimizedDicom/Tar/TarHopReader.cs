using System.Formats.Tar;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// Lists the members of an archive by reading nothing but headers. Takes ustar, pax, GNU and v7 archives of any origin,
/// in bounded memory. When it throws, the members that were returned before are good. Not thread-safe.
/// </summary>
internal sealed class TarHopReader(ITarSource source) : IDisposable
{
    private const int MaxHeaderDataBytes = 1 << 20;

    private readonly TarWindow _window = new(source);
    private PaxAttributes _global = PaxAttributes.None;
    private long _position;
    private bool _finished;

    /// <summary>
    /// Whether to look for members behind the end of the archive: an interrupted writer may have put some there, which
    /// other programs do not see. Damage behind the end is reported like any other.
    /// </summary>
    public bool ContinueBehindEnd { get; init; }

    /// <summary>The block to begin at, in bytes; behind damage it is the next header that could be found.</summary>
    public long StartOffset
    {
        init => _position = value;
    }

    /// <summary>The first zero block, once the reader has come to it; null for an archive that was not closed.</summary>
    public long? EndMarkerOffset { get; private set; }

    /// <summary>The next member; null at the end.</summary>
    /// <returns>A member that the end of the file cuts is returned as truncated, with what there is of its data.</returns>
    /// <exception cref="TarFormatException">A header is damaged; the reader is at its end then.</exception>
    public async ValueTask<TarMember?> ReadNextAsync(CancellationToken cancellationToken)
    {
        bool finished = _finished;
        _finished = true;
        TarMember? member = finished ? null : await ReadMemberAsync(cancellationToken).ConfigureAwait(false);
        _finished = member is null;
        return member;
    }

    /// <summary>All members that are left, in their order.</summary>
    /// <inheritdoc cref="ReadNextAsync" path="/exception"/>
    public async Task<IReadOnlyList<TarMember>> ReadAllAsync(CancellationToken cancellationToken)
    {
        var members = new List<TarMember>();
        while (await ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
        {
            members.Add(member);
        }

        return members;
    }

    public void Dispose() => _window.Dispose();

    private async ValueTask<TarMember?> ReadMemberAsync(CancellationToken cancellationToken)
    {
        long start = _position;
        PaxAttributes local = _global;
        while (_position < _window.LengthBytes)
        {
            ReadOnlyMemory<byte> block = await _window.GetAsync(_position, TarBlock.Bytes, cancellationToken).ConfigureAwait(false);
            if (block.Length < TarBlock.Bytes)
            {
                throw new TarFormatException(_position, "the archive ends inside a header");
            }

            if (TarBlock.IsZero(block.Span))
            {
                if (start != _position)
                {
                    break;
                }

                EndMarkerOffset ??= _position;
                if (!ContinueBehindEnd)
                {
                    return null;
                }

                start = _position += TarBlock.Bytes;
                continue;
            }

            long offset = _position;
            var header = new TarHeaderBlock(block.Span, offset);
            TarEntryType type = header.Type;
            if (!IsAboutOthers(type))
            {
                return Hop(header, local, start);
            }

            int length = HeaderDataLength(header);
            ReadOnlyMemory<byte> data = await _window.GetAsync(offset + TarBlock.Bytes, length, cancellationToken).ConfigureAwait(false);
            if (data.Length < length)
            {
                break;
            }

            _position = offset + TarBlock.Bytes + length + TarBlock.PaddingBytes(length);
            switch (type)
            {
                case TarEntryType.GlobalExtendedAttributes:
                    _global = _global.With(data.Span, offset);
                    local = local.With(data.Span, offset);

                    // It belongs to all that follow, so the next member does not begin with it.
                    start = start == offset ? _position : start;
                    break;
                case TarEntryType.ExtendedAttributes:
                    local = local.With(data.Span, offset);
                    break;
                case TarEntryType.LongPath:
                    local = local with { Path = PaxAttributes.NameOrNull(TarHeaderBlock.Text(data.Span), offset) };
                    break;
                default:
                    local = local with { LinkPath = PaxAttributes.NameOrNull(TarHeaderBlock.Text(data.Span), offset) };
                    break;
            }
        }

        return start == _position ? null : throw new TarFormatException(start, "an extended header has no member behind it");
    }

    private static bool IsAboutOthers(TarEntryType type) => type
        is TarEntryType.ExtendedAttributes or TarEntryType.GlobalExtendedAttributes or TarEntryType.LongPath or TarEntryType.LongLink;

    private static bool HasData(TarEntryType type) => type is not (TarEntryType.HardLink or TarEntryType.SymbolicLink
        or TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Directory or TarEntryType.Fifo);

    private int HeaderDataLength(TarHeaderBlock header) => header.SizeBytes is >= 0 and <= MaxHeaderDataBytes and var length
        ? (int)length
        : throw new TarFormatException(_position, $"an extended header of {header.SizeBytes} bytes is outside 0 to {MaxHeaderDataBytes}");

    private TarMember Hop(TarHeaderBlock header, PaxAttributes attributes, long start)
    {
        string name = attributes.Path ?? header.Name;
        TarEntryType type = header.Type;
        if (type == TarEntryType.V7RegularFile && name.EndsWith('/'))
        {
            type = TarEntryType.Directory;
        }

        if (type is TarEntryType.SparseFile or TarEntryType.MultiVolume)
        {
            throw new TarFormatException(_position, $"members of type {(char)type} (sparse or continued) are not supported");
        }

        long available = _window.LengthBytes - _position - TarBlock.Bytes;
        long size = HasData(type) ? attributes.SizeBytes ?? header.SizeBytes : 0;
        if (size < 0)
        {
            throw new TarFormatException(_position, $"a member has a size of {size} bytes");
        }

        var member = new TarMember
        {
            Name = name,
            HeaderOffset = start,
            Data = new ByteRange(_position + TarBlock.Bytes, Math.Min(size, available)),
            ModifiedTime = attributes.ModifiedTime ?? header.ModifiedTime,
            Mode = header.Mode,
            Uid = attributes.Uid ?? header.Uid,
            Gid = attributes.Gid ?? header.Gid,
            Type = type,
            LinkName = attributes.LinkPath ?? header.LinkName,
            IsTruncated = size > available,
            IsNamedGlobally = _global is not { Path: null, SizeBytes: null, LinkPath: null },
        };
        _position = member.IsTruncated ? _window.LengthBytes : member.Data.End + TarBlock.PaddingBytes(size);
        return member;
    }
}
