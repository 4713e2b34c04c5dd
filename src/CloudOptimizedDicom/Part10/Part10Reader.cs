using System.Buffers;
using System.IO.Compression;

namespace CloudOptimizedDicom.Part10;

/// <summary>Reads whole Part 10 files, from memory or from a stream, once and front to back.</summary>
internal static class Part10Reader
{
    private const int WindowBytes = 128 * 1024;

    /// <summary>
    /// What is asked of an inflater at a time while it is at the header. A read that meets damage gives nothing, so small ones
    /// lose little of what stands before it.
    /// </summary>
    private const int SmallReadBytes = 1024;

    private const int HeaderBytes = 64 * 1024;

    /// <summary>
    /// Reads a file that is in memory; the result refers to it and must not outlive it. Completes at once, unless the
    /// data set is Deflated.
    /// </summary>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM.</exception>
    public static ValueTask<DicomDataset> ReadAsync(
        ReadOnlyMemory<byte> file, Part10Limits? limits = null, DicomTag? stopBefore = null, CancellationToken cancellationToken = default)
    {
        var dataset = new DicomDataset();
        try
        {
            dataset.KeepFile(file);
            var scanner = new Part10Scanner(dataset, limits ?? Part10Limits.Default, copies: false, stopBefore);
            int used = scanner.Scan(file.Span, isFinal: true);
            if (scanner.NeedsInflated)
            {
                scanner.BeginInflated(file.Span[..used]);
                return InflateAsync(dataset, scanner, new PrefixedStream(file[used..], Stream.Null), limits, cancellationToken);
            }

            scanner.Complete();
            return new ValueTask<DicomDataset>(dataset);
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a stream to its end, or to the first top-level tag that is not wanted. Memory is bounded by
    /// <see cref="Part10Limits"/>, not by the length of the stream, which stays open.
    /// </summary>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM.</exception>
    public static async ValueTask<DicomDataset> ReadAsync(
        Stream stream, Part10Limits? limits, DicomTag? stopBefore, CancellationToken cancellationToken)
    {
        var dataset = new DicomDataset();
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            var scanner = new Part10Scanner(dataset, limits ?? Part10Limits.Default, copies: true, stopBefore);
            int left = await ScanAsync(scanner, stream, window, guard: null, cancellationToken).ConfigureAwait(false);
            if (scanner.NeedsInflated)
            {
                scanner.BeginInflated([]);
                var deflated = new PrefixedStream(window.AsMemory(0, left), stream);
                return await InflateAsync(dataset, scanner, deflated, limits, cancellationToken).ConfigureAwait(false);
            }

            scanner.Complete();
            return dataset;
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private static async ValueTask<DicomDataset> InflateAsync(
        DicomDataset dataset, Part10Scanner scanner, PrefixedStream deflated, Part10Limits? limits, CancellationToken cancellationToken)
    {
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            long start = scanner.Position;
            DeflatedContent content = await DeflatedContent.OpenAsync(deflated, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                if (content.HasZlibHeader)
                {
                    dataset.Warn(new DicomWarning(DicomWarningKind.DeflateWithZlibHeader, start, null, "a zlib header in front of the Deflated data set"));
                }

                var inflated = new DeflateStream(content, CompressionMode.Decompress);
                await using (inflated.ConfigureAwait(false))
                {
                    var guard = new InflationGuard(deflated, dataset, limits ?? Part10Limits.Default);
                    await ScanAsync(scanner, inflated, window, guard, cancellationToken).ConfigureAwait(false);
                    if (content.WasReadToItsEnd && !scanner.IsFinished)
                    {
                        scanner.NoteDeflateCut();
                    }
                }
            }

            scanner.Complete();
            return dataset;
        }
        catch (InvalidDataException)
        {
            try
            {
                // What was inflated before is as it was written.
                scanner.EndDamaged(null, "the Deflated data set is damaged: what follows is no deflate stream (RFC 1951)");
                scanner.Complete();
                return dataset;
            }
            catch
            {
                dataset.Dispose();
                throw;
            }
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <summary>Feeds the scanner; returns how many bytes at the front of the window it left.</summary>
    private static async ValueTask<int> ScanAsync(
        Part10Scanner scanner, Stream stream, byte[] window, InflationGuard? guard, CancellationToken cancellationToken)
    {
        int filled = 0;
        long total = 0;
        while (true)
        {
            bool isSmall = stream is DeflateStream && total < HeaderBytes;
            int wanted = isSmall ? Math.Min(SmallReadBytes, window.Length - filled) : window.Length - filled;
            int read = await stream.ReadAsync(window.AsMemory(filled, wanted), cancellationToken).ConfigureAwait(false);
            filled += read;
            total += read;
            guard?.Check(total, scanner.Position);
            int used = scanner.Scan(window.AsSpan(0, filled), isFinal: read == 0);
            window.AsSpan(used, filled - used).CopyTo(window);
            filled -= used;
            if (read == 0 || scanner.NeedsInflated || scanner.IsFinished)
            {
                return filled;
            }
        }
    }
}
