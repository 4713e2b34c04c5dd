using System.Buffers;

namespace CloudOptimizedDicom;

internal sealed partial class ScratchArchive
{
    /// <summary>Whether two ranges of the archive have the same bytes, all of which are there.</summary>
    public async Task<bool> AreEqualAsync(ByteRange a, ByteRange b, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * CopyBytes);
        try
        {
            bool areEqual = a.Length == b.Length;
            for (long at = 0; at < a.Length && areEqual;)
            {
                int wanted = (int)Math.Min(CopyBytes, a.Length - at);
                (Memory<byte> one, Memory<byte> other) = (buffer.AsMemory(0, wanted), buffer.AsMemory(CopyBytes, wanted));
                int count = await RandomAccess.ReadAsync(_file.SafeFileHandle, one, a.Offset + at, cancellationToken).ConfigureAwait(false);
                int otherCount = await RandomAccess.ReadAsync(_file.SafeFileHandle, other, b.Offset + at, cancellationToken).ConfigureAwait(false);
                count = Math.Min(count, otherCount);
                areEqual = count > 0 && one.Span[..count].SequenceEqual(other.Span[..count]);
                at += count;
            }

            return areEqual;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
