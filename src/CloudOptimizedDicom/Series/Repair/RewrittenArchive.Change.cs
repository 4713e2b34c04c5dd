using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

internal sealed partial class RewrittenArchive
{
    /// <summary>Where each member of the sound archive is now.</summary>
    private readonly Dictionary<TarMember, TarMember> _moved = new(ReferenceEqualityComparer.Instance);

    /// <summary>Where a member of the sound archive is now.</summary>
    public TarMember MovedFrom(TarMember member) => _moved[member];

    /// <summary>Writes a sound archive with some members under other names, and the others as they are.</summary>
    /// <param name="old">The archive; null to begin one.</param>
    /// <param name="members">All its members.</param>
    /// <param name="renamed">The new names.</param>
    /// <param name="add">Adds instances behind them.</param>
    /// <param name="scratchDirectory">Where; null for the system's directory for temporary files.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Its file, to be disposed by the caller, and what is in it.</returns>
    public static Task<(ArchiveFile File, RewrittenArchive Content)> ChangeAsync(
        ArchiveFile? old,
        IReadOnlyList<TarMember> members,
        IReadOnlyDictionary<TarMember, string> renamed,
        Func<RewrittenArchive, Task> add,
        string? scratchDirectory,
        CancellationToken cancellationToken) => WriteAsync(old, scratchDirectory, async content =>
        {
            foreach (TarMember member in members)
            {
                content._moved[member] = renamed.TryGetValue(member, out string? name)
                    ? await content.AddAsync(name, member.Data, cancellationToken).ConfigureAwait(false)
                    : await content.CopyAsync(member, cancellationToken).ConfigureAwait(false);
            }

            await add(content).ConfigureAwait(false);
        });

    /// <summary>Adds an instance from an original, whose bytes must have the checksum.</summary>
    /// <exception cref="SourceReadException">It cannot be read, or has other bytes. The archive is as before.</exception>
    /// <exception cref="SourceChangedException">It changes while it is read. The archive is as before.</exception>
    public async Task<TarMember> AddAsync(InstanceRecord record, IInstanceSource original, CancellationToken cancellationToken)
    {
        TarMember added = await _writer.WriteMemberAsync(SeriesNames.Member(record.Uid), record.SizeBytes, (member, token) => RequireEqualAsync(original, record, member, token), cancellationToken).ConfigureAwait(false);
        _members.Add(added);
        return added;
    }

    /// <summary>Reads an original to its end, which must have the size and the checksum of a record; gives the checksum.</summary>
    /// <exception cref="SourceReadException">It cannot be read, or has other bytes.</exception>
    /// <exception cref="SourceChangedException">It changes while it is read.</exception>
    public static async Task<uint> RequireEqualAsync(IInstanceSource original, InstanceRecord record, Stream? copyTo, CancellationToken cancellationToken)
    {
        SourceContent content = await original.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            RequireEqual(original, record, content.SizeBytes, content.Crc32c);
            var passing = new PassingStream(content, copyTo);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            RequireEqual(original, record, passing.BytesPassed, passing.Crc32c);
            return passing.Crc32c;
        }
    }

    private static void RequireEqual(IInstanceSource original, InstanceRecord record, long sizeBytes, uint? crc32c)
    {
        if (sizeBytes != record.SizeBytes || (crc32c is { } known && known != record.Crc32c))
        {
            throw new SourceReadException(original.Uri, new InvalidDataException(
                $"it has {sizeBytes} bytes{(crc32c is { } found ? $" with CRC-32C {Crc32c.ToBase64(found)}" : "")}, "
                + $"instance {record.Uid} {record.SizeBytes} with {Crc32c.ToBase64(record.Crc32c)}"));
        }
    }
}
