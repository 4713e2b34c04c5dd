using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>The record of an instance as a metadata.json has it, with its tags spelled out.</summary>
internal static class RecordJson
{
    /// <summary>What would be stored for a file, as if it were the first of a new series.</summary>
    public static void Write(Utf8JsonWriter writer, string file, InstanceScan scan)
    {
        writer.WriteStartObject();
        writer.WriteString("instance_uid", scan.InstanceUid);
        writer.WriteString("series_uid", scan.SeriesUid);
        writer.WriteString("study_uid", scan.StudyUid);
        writer.WriteBoolean("has_pixeldata", scan.HasPixelData);
        writer.WritePropertyName("metadata");
        writer.WriteRawValue(scan.DicomJson.Span, skipInputValidation: true);
        writer.WriteString("uri", scan.BulkDataUri);
        WritePlace(writer, scan.ArchiveRange, scan.Frames);
        writer.WriteString("crc32c", Crc32c.ToBase64(scan.Crc32c));
        writer.WriteNumber("size", scan.SizeBytes);
        writer.WriteString("original_path", file);
        WarningJson.Write(writer, scan.Warnings);
        writer.WriteEndObject();
    }

    /// <summary>What is stored.</summary>
    public static void Write(Utf8JsonWriter writer, InstanceRecord record, bool withTags)
    {
        writer.WriteStartObject();
        writer.WriteString("instance_uid", record.InstanceUid);
        writer.WriteString("series_uid", record.SeriesUid);
        writer.WriteString("study_uid", record.StudyUid);
        writer.WriteBoolean("has_pixeldata", record.HasPixelData);
        if (withTags)
        {
            writer.WritePropertyName("metadata");
            writer.WriteRawValue(record.Metadata.Utf8Json.Span, skipInputValidation: true);
        }

        writer.WriteString("uri", record.Uri);
        WritePlace(writer, record.ArchiveRange, record.Frames);
        writer.WriteString("crc32c", Crc32c.ToBase64(record.Crc32c));
        writer.WriteNumber("size", record.SizeBytes);
        writer.WriteString("original_path", record.OriginalPath);
        WriteStrings(writer, "dependencies", record.Dependencies);
        WriteStrings(writer, "diff_hash_dupe_paths", record.DiffHashDupePaths);
        writer.WriteString("version", record.Version == MetadataVersion.V1 ? "1.0" : "2.0");
        writer.WriteString("modified_datetime", record.ModifiedDateTime);
        writer.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter writer, ByteRange range, FrameIndex? frames)
    {
        writer.WriteStartObject("headers");
        writer.WriteNumber("start_byte", range.Offset);
        writer.WriteNumber("end_byte", range.End);
        writer.WriteEndObject();
        writer.WriteStartObject("offset_tables");
        if (frames is not null)
        {
            WriteNumbers(writer, "CustomOffsetTable", frames.Offsets);
            WriteNumbers(writer, "CustomOffsetTableLengths", frames.Lengths);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
