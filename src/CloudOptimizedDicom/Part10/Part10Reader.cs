using System.Buffers;
using System.IO.Compression;

namespace CloudOptimizedDicom.Part10;

/// <summary>Reads whole Part 10 files, from memory or from a stream, once and front to back.</summary>
internal static class Part10Reader
{
    private const int WindowBytes = 128 * 1024;

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
            await using (deflated.ConfigureAwait(false))
            {
                var inflated = new DeflateStream(deflated, CompressionMode.Decompress);
                await using (inflated.ConfigureAwait(false))
                {
                    var guard = new InflationGuard(deflated, dataset, limits ?? Part10Limits.Default);
                    await ScanAsync(scanner, inflated, window, guard, cancellationToken).ConfigureAwait(false);
                }
            }

            scanner.Complete();
            return dataset;
        }
        catch (InvalidDataException damaged)
        {
            dataset.Dispose();
            throw new InvalidDicomException(scanner.Position, null, $"the Deflated data set is damaged: {damaged.Message}");
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
            int read = await stream.ReadAsync(window.AsMemory(filled), cancellationToken).ConfigureAwait(false);
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
