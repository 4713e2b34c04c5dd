using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom.Tests.Tar;

/// <summary>An archive in memory that counts how often it is read.</summary>
internal sealed class TarBytes(byte[] archive) : ITarSource
{
    public int Reads { get; private set; }

    public long LengthBytes => archive.Length;

    public ValueTask<int> ReadAtAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        Reads++;
        int count = (int)Math.Clamp(archive.Length - offset, 0, buffer.Length);
        archive.AsMemory((int)Math.Min(offset, archive.Length), count).CopyTo(buffer);
        return ValueTask.FromResult(count);
    }
}
