using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Json;

namespace CloudOptimizedDicom;

/// <summary>The member <c>metadata</c> of an instance: the tags themselves in version 1.0, base64 of zstd of them in 2.0.</summary>
internal static class StoredTags
{
    public static void Write(Utf8JsonWriter output, ReadOnlySpan<byte> dicomJson, MetadataVersion version)
    {
        if (version == MetadataVersion.V1)
        {
            output.WriteRawValue(dicomJson, skipInputValidation: true);
            return;
        }

        var compressed = new ArrayBufferWriter<byte>();
        Zstd.Compress(dicomJson, compressed);
        output.WriteBase64StringValue(compressed.WrittenSpan);
    }

    /// <param name="stored">The JSON of the member; it is kept in version 1.0.</param>
    /// <param name="version">How the tags are stored.</param>
    /// <param name="uid">For the exception.</param>
    /// <param name="limits">How far it may inflate.</param>
    /// <exception cref="InstanceMetadataException">It is damaged, or inflates to more than is allowed.</exception>
    public static DicomJsonDataset Read(ReadOnlyMemory<byte> stored, MetadataVersion version, string uid, DecompressionLimits limits)
    {
        try
        {
            return DicomJsonDataset.Parse(version == MetadataVersion.V1 ? stored : Inflate(stored.Span, limits));
        }
        catch (CompressedDataException exception) when (exception.MaxBytes is { } maxBytes)
        {
            throw new InstanceMetadataException(
                uid, "metadata", $"inflates to more than the {maxBytes} bytes that {nameof(DecompressionLimits)} allow", exception);
        }
        catch (Exception exception) when (exception is FormatException or CompressedDataException or DicomJsonException)
        {
            throw new InstanceMetadataException(uid, "metadata", "is damaged", exception);
        }
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlySpan<byte> jsonString, DecompressionLimits limits)
    {
        ReadOnlySpan<byte> base64 = jsonString[1..^1];
        if (base64.Contains((byte)'\\'))
        {
            var reader = new Utf8JsonReader(jsonString);
            reader.Read();
            base64 = Encoding.UTF8.GetBytes(JsonText.Read(ref reader));
        }

        byte[] compressed = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
        try
        {
            if (Base64.DecodeFromUtf8(base64, compressed, out _, out int length) != OperationStatus.Done)
            {
                throw new FormatException("It is not base64.");
            }

            var json = new ArrayBufferWriter<byte>();
            Zstd.Decompress(compressed.AsSpan(0, length), json, limits.ForTags(length));
            return json.WrittenMemory;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }
}
