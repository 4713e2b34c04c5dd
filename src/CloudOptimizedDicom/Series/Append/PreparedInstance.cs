using System.Buffers;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>
/// An instance that was opened for an append: a small one is read and scanned whole, of a large one only what comes before
/// the pixels. Holds a pooled buffer and the source until it is disposed.
/// </summary>
internal sealed class PreparedInstance : IAsyncDisposable
{
    private readonly SourceContent _source;
    private readonly byte[] _buffer;
    private readonly int _buffered;

    private PreparedInstance(Instance instance, SourceContent source, byte[] buffer, int buffered, long sizeBytes, InstanceUids uids, InstanceScan? scan)
    {
        Instance = instance;
        _source = source;
        _buffer = buffer;
        _buffered = buffered;
        SizeBytes = sizeBytes;
        Uids = uids;
        Scan = scan;
    }

    public Instance Instance { get; }

    public long SizeBytes { get; }

    public InstanceUids Uids { get; }

    /// <summary>The whole scan of a small instance; null for a large one, which is scanned while it is stored.</summary>
    public InstanceScan? Scan { get; }

    /// <summary>The file that is read, as it was when it was opened; null for an instance from elsewhere.</summary>
    public OpenedFile? File => _source.File;

    /// <summary>The bytes of a small instance.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _buffered);

    /// <summary>The bytes of a large one, from the beginning; can be read once.</summary>
    public Stream Stream => new PrefixedStream(Bytes, _source);

    /// <summary>Opens an instance and reads what is to be known before it is stored.</summary>
    /// <exception cref="SourceReadException">It cannot be read.</exception>
    /// <exception cref="InstanceTooLargeException">It has more bytes than it may have; none of them was read.</exception>
    /// <exception cref="SourceChangedException">It changed meanwhile.</exception>
    /// <exception cref="InvalidDicomException">It is not readable as DICOM, lacks the prefix, or does not say what it is.</exception>
    public static async Task<PreparedInstance> OpenAsync(
        Instance instance, IInstanceSource source, long maxBytes, Func<InstanceUids, string> nameBulkData, CancellationToken cancellationToken)
    {
        SourceContent content = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        long size = content.SizeBytes;
        if (size > maxBytes)
        {
            await content.DisposeAsync().ConfigureAwait(false);
            throw new InstanceTooLargeException(source.Uri, size, maxBytes);
        }

        int wanted = (int)Math.Min(size, InstanceScanner.MaxBufferedBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(wanted);
        try
        {
            int read = await content.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read != wanted)
            {
                throw new SourceChangedException(source.Uri, size, read);
            }

            if (size > InstanceScanner.MaxBufferedBytes)
            {
                InstanceUids uids = await ReadHeaderAsync(buffer.AsMemory(0, read), source, cancellationToken).ConfigureAwait(false);
                return new PreparedInstance(instance, content, buffer, read, size, uids, scan: null);
            }

            // The read that finds the end also sees that a file changed, and checks what a store knows of the bytes.
            await content.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
            InstanceScan scan = await InstanceScanner.ScanAsync(
                buffer.AsMemory(0, read), dataset => nameBulkData(InstanceUids.From(dataset)), cancellationToken).ConfigureAwait(false);
            RequirePrefix(scan.HasPart10Prefix);
            RequireEnd(content, scan);
            return new PreparedInstance(instance, content, buffer, read, read, InstanceUids.From(scan), scan);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await content.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Its tags; of a large instance those before its pixels.</summary>
    public async ValueTask<DicomJsonDataset> ReadTagsAsync(CancellationToken cancellationToken)
    {
        if (Scan is { } scan)
        {
            return DicomJsonDataset.Parse(scan.DicomJson);
        }

        using DicomDataset dataset = await Part10Reader.ReadAsync(Bytes, null, DicomTag.FloatPixelData, cancellationToken).ConfigureAwait(false);
        return InstanceScanner.ToTags(dataset);
    }

    public async ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The UIDs stand before the pixels; where that takes more than the buffer, the source is read once more up to there.</summary>
    private static async Task<InstanceUids> ReadHeaderAsync(ReadOnlyMemory<byte> head, IInstanceSource source, CancellationToken cancellationToken)
    {
        using (DicomDataset dataset = await Part10Reader.ReadAsync(head, null, DicomTag.FloatPixelData, cancellationToken).ConfigureAwait(false))
        {
            RequirePrefix(dataset.HasPart10Prefix);
            if (InstanceUids.AreIn(dataset))
            {
                return InstanceUids.From(dataset);
            }
        }

        return (await InstanceHead.ReadAsync(source, cancellationToken).ConfigureAwait(false)).Uids;
    }

    /// <exception cref="SourceReadException">The instance ends early, and so may the answer that brought it.</exception>
    public void RequireEnd(InstanceScan scan) => RequireEnd(_source, scan);

    private static void RequireEnd(SourceContent source, InstanceScan scan)
    {
        if (scan.IsTruncated && !source.HasKnownEnd)
        {
            throw new SourceReadException(source.Uri, new EndOfStreamException(
                $"the server tells neither length nor end, and its answer of {scan.SizeBytes} bytes ends inside an element"));
        }
    }

    /// <exception cref="InvalidDicomException">There is none.</exception>
    public static void RequirePrefix(bool hasPrefix)
    {
        if (!hasPrefix)
        {
            throw new InvalidDicomException(128, null, "there is no \"DICM\" at byte 128, so other readers would not take it for DICOM");
        }
    }
}
