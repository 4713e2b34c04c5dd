using System.Buffers;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom;

internal sealed partial class ScratchArchive
{
    /// <summary>Makes a new archive with some of the members, each with its header as it is; this one stays.</summary>
    /// <param name="isKept">Which.</param>
    /// <param name="cancellationToken">Ends the call early; nothing is left then.</param>
    /// <returns>The archive, and where it has the data that was elsewhere here.</returns>
    /// <exception cref="InvalidDataException">A member to be kept is cut off.</exception>
    public async Task<(ScratchArchive Archive, IReadOnlyDictionary<ByteRange, ByteRange> Moved)> RepackAsync(
        Func<TarMember, bool> isKept, CancellationToken cancellationToken)
    {
        var moved = new Dictionary<ByteRange, ByteRange>();
        List<TarMember> members = [];
        FileStream file = _place.CreateFile();
        try
        {
            long end = 0;
            uint crc32c = 0;
            foreach (TarMember member in _members.Where(isKept))
            {
                var blocks = ByteRange.FromStartAndEnd(member.HeaderOffset, TarBlock.RoundUp(member.Data.End));
                if (member.IsTruncated || blocks.End > RandomAccess.GetLength(_file.SafeFileHandle))
                {
                    throw new InvalidDataException($"member {member.Name} is cut off");
                }

                uint copied = await CopyAsync(blocks, file, end, cancellationToken).ConfigureAwait(false);
                crc32c = Crc32c.Combine(crc32c, copied, blocks.Length);
                var data = new ByteRange(member.Data.Offset - member.HeaderOffset + end, member.Data.Length);
                moved[member.Data] = data;
                members.Add(member with { HeaderOffset = end, Data = data });
                end += blocks.Length;
            }

            return (new ScratchArchive(_place, file, members, end, crc32c), moved);
        }
        catch
        {
            Delete(_place, file);
            throw;
        }
    }

    private async Task<uint> CopyAsync(ByteRange range, FileStream to, long position, CancellationToken cancellationToken)
    {
        var crc32c = default(Crc32c);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (long at = range.Offset; at < range.End;)
            {
                Memory<byte> wanted = buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.End - at));
                int read = await RandomAccess.ReadAsync(_file.SafeFileHandle, wanted, at, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new InvalidDataException("the archive ended early");
                }

                crc32c.Append(wanted.Span[..read]);
                await RandomAccess.WriteAsync(to.SafeFileHandle, wanted[..read], position + at - range.Offset, cancellationToken).ConfigureAwait(false);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return crc32c.Value;
    }
}
