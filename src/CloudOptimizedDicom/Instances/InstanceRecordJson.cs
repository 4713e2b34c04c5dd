using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>Writes the record of an instance, and values of its members.</summary>
internal static class InstanceRecordJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DicomJsonWriter.MaxJsonDepth,
        SkipValidation = true,
    };

    /// <summary>The whole record, with its members in the order in which Python writes them.</summary>
    public static byte[] Create(
        InstanceScan scan,
        ByteRange archiveRange,
        string originalPath,
        IReadOnlyList<string> dependencies,
        MetadataVersion version,
        DateTimeOffset now) =>
        Write(json =>
        {
            json.WriteStartObject();
            if (version == MetadataVersion.V2)
            {
                json.WriteString("instance_uid"u8, scan.InstanceUid ?? "");
                json.WriteString("series_uid"u8, scan.SeriesUid ?? "");
                json.WriteString("study_uid"u8, scan.StudyUid ?? "");
                json.WriteBoolean("has_pixeldata"u8, scan.HasPixelData);
            }

            json.WritePropertyName("metadata"u8);
            StoredTags.Write(json, scan.DicomJson.Span, version);
            json.WriteString("uri"u8, scan.BulkDataUri);
            json.WritePropertyName("headers"u8);
            WriteRange(json, archiveRange);
            json.WritePropertyName("offset_tables"u8);
            WriteFrameTable(json, scan.Frames);
            json.WriteString("crc32c"u8, Crc32c.ToBase64(scan.Crc32c));
            json.WriteNumber("size"u8, scan.SizeBytes);
            json.WriteString("original_path"u8, originalPath);
            json.WritePropertyName("dependencies"u8);
            WriteStrings(json, dependencies);
            json.WriteStartArray("diff_hash_dupe_paths"u8);
            json.WriteEndArray();
            json.WriteString("version"u8, version == MetadataVersion.V1 ? "1.0"u8 : "2.0"u8);
            json.WriteString("modified_datetime"u8, Format(now));
            json.WriteEndObject();
        });

    /// <summary>The members of a record that tell what is in its file.</summary>
    public static (string Name, byte[] Json)[] FromScan(InstanceScan scan, MetadataVersion version, DateTimeOffset now)
    {
        (string, byte[])[] members =
        [
            ("metadata", Write(json => StoredTags.Write(json, scan.DicomJson.Span, version))),
            ("offset_tables", Write(json => WriteFrameTable(json, scan.Frames))),
            ("modified_datetime", FromTime(now)),
        ];
        return version == MetadataVersion.V1 ? members :
        [
            ("instance_uid", FromString(scan.InstanceUid ?? "")),
            ("series_uid", FromString(scan.SeriesUid ?? "")),
            ("study_uid", FromString(scan.StudyUid ?? "")),
            ("has_pixeldata", Write(json => json.WriteBooleanValue(scan.HasPixelData))),
            .. members,
        ];
    }

    public static byte[] FromString(string text) => Write(json => json.WriteStringValue(text));

    public static byte[] FromStrings(IReadOnlyList<string> texts) => Write(json => WriteStrings(json, texts));

    public static byte[] FromRange(ByteRange range) => Write(json => WriteRange(json, range));

    public static byte[] FromTime(DateTimeOffset time) => FromString(Format(time));

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRange(Utf8JsonWriter json, ByteRange range)
    {
        json.WriteStartObject();
        json.WriteNumber("start_byte"u8, range.Offset);
        json.WriteNumber("end_byte"u8, range.End);
        json.WriteEndObject();
    }

    private static void WriteFrameTable(Utf8JsonWriter json, FrameIndex? frames)
    {
        json.WriteStartObject();
        if (frames is not null)
        {
            WriteNumbers(json, "CustomOffsetTable"u8, frames.Offsets);
            WriteNumbers(json, "CustomOffsetTableLengths"u8, frames.Lengths);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>As Python's isoformat of a time without a zone.</summary>
    private static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
