using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

/// <summary>
/// An archive made anew from a damaged one without losing a byte that may be of an instance: its whole members as they are,
/// instances whose header is damaged under a new one, and the rest as members <c>damaged/&lt;place&gt;.bin</c>.
/// </summary>
internal sealed partial class RewrittenArchive
{
    private const int CopyBytes = 1024 * 1024;

    private readonly ArchiveFile? _old;
    private readonly FileStream _file;
    private readonly List<TarMember> _members = [];
    private readonly List<RepairAction> _kept = [];
    private SeriesTarWriter _writer;

    private RewrittenArchive(ArchiveFile? old, FileStream file)
    {
        _old = old;
        _file = file;
        _writer = new SeriesTarWriter(file.SafeFileHandle);
    }

    /// <summary>The members in their order.</summary>
    public IReadOnlyList<TarMember> Members => _members;

    /// <summary>What was kept of the damaged parts.</summary>
    public IReadOnlyList<RepairAction> Kept => _kept;

    /// <summary>Writes the archive anew.</summary>
    /// <param name="old">The damaged one.</param>
    /// <param name="survey">What is in it.</param>
    /// <param name="records">What is known of its instances, to find those whose header is damaged.</param>
    /// <param name="scratchDirectory">Where; null for the system's directory for temporary files.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Its file, to be disposed by the caller, and what is in it.</returns>
    public static Task<(ArchiveFile File, RewrittenArchive Content)> CreateAsync(
        ArchiveFile old, TarSurvey survey, IEnumerable<InstanceRecord> records, string? scratchDirectory, CancellationToken cancellationToken) =>
        WriteAsync(old, scratchDirectory, content => content.WriteAsync(survey, records, cancellationToken));

    private static async Task<(ArchiveFile File, RewrittenArchive Content)> WriteAsync(
        ArchiveFile? old, string? scratchDirectory, Func<RewrittenArchive, Task> write)
    {
        FileStream file = TemporaryFile.Create(scratchDirectory);
        try
        {
            var content = new RewrittenArchive(old, file);
            await write(content).ConfigureAwait(false);
            content._writer.Finish();
            return (new ArchiveFile(file, content._writer.Crc32c), content);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task WriteAsync(TarSurvey survey, IEnumerable<InstanceRecord> records, CancellationToken cancellationToken)
    {
        // A header that stands for all members would name what is written behind it as well.
        long soundBytes = survey.Members.Any(member => member.IsNamedGlobally) ? 0 : survey.SoundBytes;
        await CopyAsync(new ByteRange(0, soundBytes), cancellationToken).ConfigureAwait(false);
        _members.AddRange(survey.Members.Where(member => member.HeaderOffset < soundBytes));
        foreach (TarMember member in survey.Members.Where(member => member.HeaderOffset >= soundBytes))
        {
            await CopyAsync(member, cancellationToken).ConfigureAwait(false);
        }

        InstanceRecord[] known = [.. records.OrderBy(record => record.ArchiveRange.Offset)];
        foreach (TarDamage damage in survey.Damages)
        {
            await KeepAsync(damage, known, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task KeepAsync(TarDamage damage, InstanceRecord[] known, CancellationToken cancellationToken)
    {
        long at = damage.Range.Offset;
        foreach (InstanceRecord record in known)
        {
            ByteRange range = record.ArchiveRange;

            // Zero blocks at the end of an instance are not counted as damage, so it may be longer; its checksum proves it.
            if (range.Offset >= at && range.Offset < damage.Range.End && range.End <= _old!.SizeBytes
                && await _old.ChecksumAsync(range, cancellationToken).ConfigureAwait(false) == record.Crc32c)
            {
                await KeepBytesAsync(ByteRange.FromStartAndEnd(at, range.Offset), damage.Reason, cancellationToken).ConfigureAwait(false);
                await AddAsync(SeriesNames.Member(record.Uid), range, cancellationToken).ConfigureAwait(false);
                at = Math.Min(range.End, damage.Range.End);
            }
        }

        await KeepBytesAsync(ByteRange.FromStartAndEnd(at, damage.Range.End), damage.Reason, cancellationToken).ConfigureAwait(false);
    }

    private async Task KeepBytesAsync(ByteRange range, string reason, CancellationToken cancellationToken)
    {
        if (await IsZeroAsync(range, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        string name = $"{SeriesNames.DamagedFolder}{range.Offset}.bin";
        await AddAsync(name, range, cancellationToken).ConfigureAwait(false);
        _kept.Add(new RepairAction(RepairActionKind.KeepDamagedBytes, name, $"bytes {range} of the archive as it was: {reason}"));
    }

    private async Task<bool> IsZeroAsync(ByteRange range, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Math.Min(CopyBytes, range.Length)];
        Stream content = _old!.OpenRead(range);
        await using (content.ConfigureAwait(false))
        {
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (!TarBlock.IsZero(buffer.AsSpan(0, read)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private async Task<TarMember> AddAsync(string name, ByteRange data, CancellationToken cancellationToken)
    {
        async Task<uint> WriteDataAsync(Stream member, CancellationToken token)
        {
            Stream content = _old!.OpenRead(data);
            await using (content.ConfigureAwait(false))
            {
                var passing = new PassingStream(content, member);
                await passing.DrainAsync(token).ConfigureAwait(false);
                return passing.Crc32c;
            }
        }

        TarMember added = await _writer.WriteMemberAsync(name, data.Length, WriteDataAsync, cancellationToken).ConfigureAwait(false);
        _members.Add(added);
        return added;
    }

    private async Task<TarMember> CopyAsync(TarMember member, CancellationToken cancellationToken)
    {
        if (member.IsNamedGlobally)
        {
            return await AddAsync(member.Name, member.Data, cancellationToken).ConfigureAwait(false);
        }

        long moved = _writer.Position - member.HeaderOffset;
        await CopyAsync(ByteRange.FromStartAndEnd(member.HeaderOffset, TarBlock.RoundUp(member.Data.End)), cancellationToken).ConfigureAwait(false);
        TarMember copied = member with { HeaderOffset = member.HeaderOffset + moved, Data = new ByteRange(member.Data.Offset + moved, member.Data.Length) };
        _members.Add(copied);
        return copied;
    }

    /// <summary>Copies whole blocks as they are; the last one is filled up where the old archive ends in it.</summary>
    private async Task CopyAsync(ByteRange blocks, CancellationToken cancellationToken)
    {
        _file.Position = _writer.Position;
        Stream content = _old!.OpenRead(blocks);
        await using (content.ConfigureAwait(false))
        {
            var passing = new PassingStream(content, _file);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            byte[] filling = new byte[blocks.Length - passing.BytesPassed];
            await _file.WriteAsync(filling, cancellationToken).ConfigureAwait(false);
            uint crc32c = Crc32c.Combine(passing.Crc32c, Crc32c.Compute(filling), filling.Length);
            _writer = new SeriesTarWriter(
                _file.SafeFileHandle, _writer.Position + blocks.Length, Crc32c.Combine(_writer.Crc32c, crc32c, blocks.Length));
        }
    }
}
