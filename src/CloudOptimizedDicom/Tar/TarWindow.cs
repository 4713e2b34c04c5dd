using System.Buffers;

namespace CloudOptimizedDicom.Tar;

/// <summary>The part of an archive that was read last, so that headers close to each other cost one read.</summary>
internal sealed class TarWindow(ITarSource source) : IDisposable
{
    private const int NearBytes = 32 * 1024;
    private const int ExtendedBytes = 4 * TarBlock.Bytes;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(NearBytes);
    private int _farBytes = TarBlock.Bytes;
    private long _offset;
    private int _count;

    public long LengthBytes => source.LengthBytes;

    /// <summary>Bytes from an offset on; fewer than asked for only at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(long offset, int count, CancellationToken cancellationToken)
    {
        if (offset < _offset || offset + count > _offset + _count)
        {
            // After a long hop the next one is likely to be long as well, and what lies between is not wanted.
            bool isNear = offset - (_offset + _count) is >= -NearBytes and < NearBytes / 2;
            int length = Math.Max(count, isNear ? NearBytes : _farBytes);

            // Where one header has more behind it, others will.
            _farBytes = offset == _offset + TarBlock.Bytes && _count == TarBlock.Bytes ? ExtendedBytes : _farBytes;
            if (length > _buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
                _buffer = ArrayPool<byte>.Shared.Rent(length);
            }

            _count = 0;
            _count = await source.ReadAtAsync(_buffer.AsMemory(0, length), offset, cancellationToken).ConfigureAwait(false);
            _offset = offset;
        }

        int start = (int)(offset - _offset);
        return _buffer.AsMemory(start, Math.Clamp(_count - start, 0, count));
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
