using System.Buffers;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// All that can be made out in an archive, be it damaged: whole members before, between and behind what cannot be read, and
/// where that is. Immutable.
/// </summary>
internal sealed class TarSurvey
{
    /// <summary>Little, since hostile archives make every block look like the beginning of a search.</summary>
    private const int ReadBytes = 16 * 1024;

    private readonly List<TarMember> _members = [];
    private readonly List<TarDamage> _damages = [];
    private readonly ITarSource _source;

    private TarSurvey(ITarSource source) => _source = source;

    /// <summary>The whole members in the order of their place.</summary>
    public IReadOnlyList<TarMember> Members => _members;

    /// <summary>What is left over, in the order of its place.</summary>
    public IReadOnlyList<TarDamage> Damages => _damages;

    /// <summary>The first zero block; null for an archive that was not closed.</summary>
    public long? EndMarkerOffset { get; private set; }

    /// <summary>Members that other programs do not see.</summary>
    public IEnumerable<TarMember> MembersBehindEnd => _members.Where(IsBehindEnd);

    /// <summary>Whether the archive is closed and every other program sees all that is in it.</summary>
    public bool IsSound => _damages.Count == 0 && EndMarkerOffset is not null && !MembersBehindEnd.Any();

    /// <summary>How many bytes from the beginning on are in order: the members before the first thing that is not.</summary>
    public long SoundBytes
    {
        get
        {
            long trouble = Math.Min(EndMarkerOffset ?? long.MaxValue, _damages.Count > 0 ? _damages[0].Range.Offset : long.MaxValue);
            return _members.LastOrDefault(member => member.HeaderOffset < trouble) is { } last ? TarBlock.RoundUp(last.Data.End) : 0;
        }
    }

    public static async Task<TarSurvey> ReadAsync(ITarSource source, CancellationToken cancellationToken)
    {
        var survey = new TarSurvey(source);
        for (long? next = 0; next is { } start;)
        {
            next = await survey.ReadFromAsync(start, cancellationToken).ConfigureAwait(false);
        }

        return survey;
    }

    private bool IsBehindEnd(TarMember member) => member.HeaderOffset > EndMarkerOffset;

    /// <summary>Reads members up to the end or to damage; gives where to go on behind it.</summary>
    private async Task<long?> ReadFromAsync(long start, CancellationToken cancellationToken)
    {
        using var hop = new TarHopReader(_source) { ContinueBehindEnd = true, StartOffset = start };
        long end = start;
        try
        {
            while (await hop.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                EndMarkerOffset ??= hop.EndMarkerOffset;
                if (member.IsTruncated)
                {
                    AddDamage(ByteRange.FromStartAndEnd(member.HeaderOffset, _source.LengthBytes), $"the archive ends inside {member.Name}");
                    return null;
                }

                _members.Add(member);
                end = TarBlock.RoundUp(member.Data.End);
            }

            EndMarkerOffset ??= hop.EndMarkerOffset;
            return null;
        }
        catch (TarFormatException error)
        {
            EndMarkerOffset ??= hop.EndMarkerOffset;
            long first = await FindAsync(end, static block => !TarBlock.IsZero(block), cancellationToken).ConfigureAwait(false) ?? error.Offset;
            long? next = await FindAsync(Math.Max(first, error.Offset) + TarBlock.Bytes, LooksLikeHeader, cancellationToken).ConfigureAwait(false);
            await AddTrimmedDamageAsync(ByteRange.FromStartAndEnd(first, next ?? _source.LengthBytes), error.Reason, cancellationToken).ConfigureAwait(false);
            return next;
        }
    }

    /// <summary>Adds damage without the zero blocks at its end, which mean nothing.</summary>
    private async Task AddTrimmedDamageAsync(ByteRange range, string reason, CancellationToken cancellationToken)
    {
        long at = range.Offset;
        long last = at;
        bool IsPastRange(ReadOnlySpan<byte> block)
        {
            last = at < range.End && !TarBlock.IsZero(block) ? at : last;
            at += TarBlock.Bytes;
            return at >= range.End;
        }

        await FindAsync(range.Offset, IsPastRange, cancellationToken).ConfigureAwait(false);
        AddDamage(ByteRange.FromStartAndEnd(range.Offset, Math.Min(last + TarBlock.Bytes, range.End)), reason);
    }

    private void AddDamage(ByteRange range, string reason) => _damages.Add(new TarDamage(range, reason, range.Offset > EndMarkerOffset));

    /// <summary>Whether a block is the header of a member; without the magic of ustar, data would pass for one too easily.</summary>
    private static bool LooksLikeHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < TarBlock.Bytes || !block.Slice(257, 5).SequenceEqual("ustar"u8))
        {
            return false;
        }

        try
        {
            _ = new TarHeaderBlock(block, offset: 0);
            return true;
        }
        catch (TarFormatException)
        {
            return false;
        }
    }

    /// <summary>The first block from an offset on that is wanted; the last one may be short.</summary>
    private async Task<long?> FindAsync(long offset, Func<ReadOnlySpan<byte>, bool> isWanted, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            while (offset < _source.LengthBytes)
            {
                int read = await _source.ReadAtAsync(buffer.AsMemory(0, ReadBytes), offset, cancellationToken).ConfigureAwait(false);
                for (int at = 0; at < read; at += TarBlock.Bytes)
                {
                    if (isWanted(buffer.AsSpan(at, Math.Min(TarBlock.Bytes, read - at))))
                    {
                        return offset + at;
                    }
                }

                offset += ReadBytes;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
