using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Tar;

/// <summary>
/// An archive in a local file, which stays open. Reads at once on the calling thread: headers are small and mostly cached.
/// </summary>
internal sealed class TarFileSource(SafeFileHandle file) : ITarSource
{
    public long LengthBytes { get; } = RandomAccess.GetLength(file);

    public ValueTask<int> ReadAtAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int total = 0;
        int read;
        do
        {
            read = RandomAccess.Read(file, buffer.Span[total..], offset + total);
            total += read;
        }
        while (read > 0 && total < buffer.Length);

        return ValueTask.FromResult(total);
    }
}
