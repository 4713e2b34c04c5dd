using System.Buffers;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>The one pass over an instance: checksum, elements, frames and, when wanted, a copy.</summary>
internal static class InstanceScanner
{
    /// <summary>An instance of up to this size is read at once and parsed in place; a larger one goes by in windows.</summary>
    public const int MaxBufferedBytes = 4 * 1024 * 1024;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="source">What is read; it stays open.</param>
    /// <param name="copyTo">Gets every byte as it goes by; null for none.</param>
    /// <param name="nameBulkData">Names the instance for values that are too long for the metadata.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM; the copy is not complete then.</exception>
    public static async Task<InstanceScan> ScanAsync(
        Stream source, Stream? copyTo, Func<DicomDataset, string> nameBulkData, CancellationToken cancellationToken)
    {
        var passing = new PassingStream(source, copyTo);
        await using (passing.ConfigureAwait(false))
        {
            if (!source.CanSeek || source.Length - source.Position is > MaxBufferedBytes or 0)
            {
                using DicomDataset streamed = await Part10Reader.ReadAsync(passing, null, null, cancellationToken).ConfigureAwait(false);
                await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
                return Finish(streamed, passing.BytesPassed, passing.Crc32c, nameBulkData);
            }

            int length = (int)(source.Length - source.Position);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                int read = await passing.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                using DicomDataset dataset = await Part10Reader.ReadAsync(buffer.AsMemory(0, read), null, null, cancellationToken).ConfigureAwait(false);
                await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
                return Finish(dataset, passing.BytesPassed, passing.Crc32c, nameBulkData);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads an instance that is in memory.</summary>
    /// <exception cref="InvalidDicomException">The bytes are not readable as DICOM.</exception>
    public static async ValueTask<InstanceScan> ScanAsync(
        ReadOnlyMemory<byte> file, Func<DicomDataset, string> nameBulkData, CancellationToken cancellationToken)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(file, null, null, cancellationToken).ConfigureAwait(false);
        return Finish(dataset, file.Length, Crc32c.Compute(file.Span), nameBulkData);
    }

    /// <summary>What was read of an instance in the DICOM JSON model; its bulk data is not named.</summary>
    public static DicomJsonDataset ToTags(DicomDataset dataset)
    {
        var json = new ArrayBufferWriter<byte>(16 * 1024);
        DicomJsonWriter.Write(json, dataset, bulkDataUri: "");
        return DicomJsonDataset.Parse(json.WrittenMemory);
    }

    private static InstanceScan Finish(DicomDataset dataset, long sizeBytes, uint crc32c, Func<DicomDataset, string> nameBulkData)
    {
        string bulkDataUri = nameBulkData(dataset);
        var json = new ArrayBufferWriter<byte>(16 * 1024);
        DicomJsonWriter.Write(json, dataset, bulkDataUri);
        return new InstanceScan(dataset, sizeBytes, crc32c, json.WrittenMemory, bulkDataUri);
    }
}
