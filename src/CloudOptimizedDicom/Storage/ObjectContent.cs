namespace CloudOptimizedDicom.Storage;

/// <summary>An answer with bytes. The caller disposes it, which ends the request.</summary>
public sealed class ObjectContent : IAsyncDisposable
{
    /// <summary>The most that is read into memory at once: far more than the metadata or index of any series needs, and less than a machine has.</summary>
    internal const int MaxBytesInMemory = 1024 * 1024 * 1024;

    /// <summary>Creates an answer.</summary>
    /// <param name="info">The object that the bytes are of.</param>
    /// <param name="range">The bytes that follow, within the object.</param>
    /// <param name="content">The bytes; disposed with this answer.</param>
    public ObjectContent(ObjectInfo info, ByteRange range, Stream content)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(content);
        Info = info;
        Range = range;
        Content = content;
    }

    /// <summary>The object that the bytes are of; a store may know less of it here than <see cref="IObjectStore.GetInfoAsync"/> tells.</summary>
    public ObjectInfo Info { get; }

    /// <summary>Which bytes of the object <see cref="Content"/> has.</summary>
    public ByteRange Range { get; }

    /// <summary>
    /// The bytes, forward only; asynchronous reading is expected. A whole object is checked against the store's checksum:
    /// the last read throws <see cref="ChecksumMismatchException"/> when it differs.
    /// </summary>
    public Stream Content { get; }

    /// <summary>Whether the generation in <see cref="ObjectReadOptions.IfGenerationNotMatch"/> is live; there are no bytes then.</summary>
    public bool IsNotModified { get; init; }

    /// <summary>Reads all that <see cref="Range"/> says, to the very end, so that the checksum is checked.</summary>
    /// <returns>Null when that is more than <see cref="MaxBytesInMemory"/>; nothing is read then.</returns>
    internal async Task<byte[]?> TryReadToEndAsync(CancellationToken cancellationToken)
    {
        if (Range.Length > MaxBytesInMemory)
        {
            return null;
        }

        var bytes = new byte[Range.Length];
        await Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        int more = await Content.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        return more == 0 ? bytes : throw new ObjectRequestException("read", Info.Name, $"more than {bytes.Length} bytes came");
    }

    /// <summary>Ends the request.</summary>
    /// <returns>When done.</returns>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
