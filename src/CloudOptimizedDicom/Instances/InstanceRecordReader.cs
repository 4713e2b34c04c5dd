using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>Reads one entry of <c>cod.instances</c>. Of a member that occurs twice the last counts.</summary>
internal ref partial struct InstanceRecordReader
{
    private readonly string _uid;
    private readonly InstanceRecord? _previous;
    private string? _instanceUid;
    private string? _seriesUid;
    private string? _studyUid;
    private bool? _hasPixelData;
    private Range? _metadata;
    private bool _isMetadataObject;
    private TagsOfInterest _tags;
    private string? _uri;
    private long? _startByte;
    private long? _endByte;
    private FrameIndex? _frames;
    private uint? _crc32c;
    private long? _size;
    private string? _originalPath;
    private string[]? _dependencies;
    private string[]? _diffHashDupePaths;
    private MetadataVersion _version = MetadataVersion.V1;
    private string? _modifiedDateTime;

    private InstanceRecordReader(string uid, InstanceRecord? previous)
    {
        _uid = uid;
        _previous = previous;
    }

    /// <summary>Reads a record and leaves the reader at its end.</summary>
    /// <param name="reader">On the record's value.</param>
    /// <param name="json">What the reader reads; the record keeps its part of it.</param>
    /// <param name="uid">The record's key.</param>
    /// <param name="previous">A record of the same series, whose texts are used again where they are equal.</param>
    /// <param name="limits">How far the tags may inflate.</param>
    /// <exception cref="InstanceMetadataException">A member is missing or wrong.</exception>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    public static InstanceRecord Read(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string uid, InstanceRecord? previous, DecompressionLimits limits)
    {
        var record = new InstanceRecordReader(uid, previous);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw record.Fault("its record", "is not an object");
        }

        int start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            record.ReadMember(ref reader);
        }

        return record.ToRecord(json, start..(int)reader.BytesConsumed, limits);
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (JsonText.IsEqual(ref reader, "metadata"u8))
        {
            ReadMetadata(ref reader);
        }
        else if (JsonText.IsEqual(ref reader, "headers"u8))
        {
            ReadHeaders(ref reader);
        }
        else if (JsonText.IsEqual(ref reader, "offset_tables"u8))
        {
            ReadOffsetTables(ref reader);
        }
        else if (JsonText.IsEqual(ref reader, "crc32c"u8))
        {
            _crc32c = ReadCrc32c(ref reader);
        }
        else if (JsonText.IsEqual(ref reader, "size"u8))
        {
            _size = ReadNumber(ref reader, "size");
        }
        else if (JsonText.IsEqual(ref reader, "version"u8))
        {
            _version = ReadVersion(ref reader);
        }
        else if (JsonText.IsEqual(ref reader, "has_pixeldata"u8))
        {
            reader.Read();
            _hasPixelData = reader.TokenType is JsonTokenType.True or JsonTokenType.False
                ? reader.GetBoolean()
                : throw Fault("has_pixeldata", "is neither true nor false");
        }
        else if (JsonText.IsEqual(ref reader, "dependencies"u8))
        {
            _dependencies = ReadStrings(ref reader, "dependencies");
        }
        else if (JsonText.IsEqual(ref reader, "diff_hash_dupe_paths"u8))
        {
            _diffHashDupePaths = ReadStrings(ref reader, "diff_hash_dupe_paths");
        }
        else
        {
            ReadText(ref reader);
        }
    }

    private void ReadText(ref Utf8JsonReader reader)
    {
        if (JsonText.IsEqual(ref reader, "instance_uid"u8))
        {
            _instanceUid = ReadString(ref reader, "instance_uid", _uid);
        }
        else if (JsonText.IsEqual(ref reader, "series_uid"u8))
        {
            _seriesUid = ReadString(ref reader, "series_uid", _previous?.SeriesUid);
        }
        else if (JsonText.IsEqual(ref reader, "study_uid"u8))
        {
            _studyUid = ReadString(ref reader, "study_uid", _previous?.StudyUid);
        }
        else if (JsonText.IsEqual(ref reader, "uri"u8))
        {
            _uri = ReadStringOrNull(ref reader, "uri");
        }
        else if (JsonText.IsEqual(ref reader, "original_path"u8))
        {
            _originalPath = ReadStringOrNull(ref reader, "original_path");
        }
        else if (JsonText.IsEqual(ref reader, "modified_datetime"u8))
        {
            _modifiedDateTime = ReadStringOrNull(ref reader, "modified_datetime", _previous?.ModifiedDateTime);
        }
        else
        {
            reader.Skip();
        }
    }

    private readonly InstanceRecord ToRecord(ReadOnlyMemory<byte> json, Range range, DecompressionLimits limits)
    {
        Range metadata = _metadata ?? throw Missing("metadata");
        bool isV1 = _version == MetadataVersion.V1;
        if (isV1 != _isMetadataObject)
        {
            throw Fault("metadata", isV1 ? "is not an object, as version 1.0 has it" : "is not a string, as version 2.0 has it");
        }

        long start = _startByte ?? throw Missing("headers.start_byte");
        long end = _endByte ?? throw Missing("headers.end_byte");
        long size = _size ?? throw Missing("size");
        if (end < start || end - start != size)
        {
            throw Fault("headers", $"give bytes {start} to {end}, but size is {size}");
        }

        return new InstanceRecord(json[range], json[metadata], limits)
        {
            Uid = _uid,
            InstanceUid = isV1 ? _tags.InstanceUid ?? "" : _instanceUid ?? throw Missing("instance_uid"),
            SeriesUid = isV1 ? _tags.SeriesUid ?? "" : _seriesUid ?? throw Missing("series_uid"),
            StudyUid = isV1 ? _tags.StudyUid ?? "" : _studyUid ?? throw Missing("study_uid"),
            HasPixelData = isV1 ? _tags.HasPixelData : _hasPixelData ?? throw Missing("has_pixeldata"),
            Uri = _uri ?? "",
            ArchiveRange = new ByteRange(start, size),
            Frames = _frames,
            Crc32c = _crc32c ?? throw Missing("crc32c"),
            OriginalPath = _originalPath ?? "",
            Dependencies = _dependencies ?? [],
            DiffHashDupePaths = _diffHashDupePaths ?? [],
            Version = _version,
            ModifiedDateTime = _modifiedDateTime ?? "",
        };
    }

    private readonly InstanceMetadataException Missing(string member) => Fault(member, "is missing");

    private readonly InstanceMetadataException Fault(string member, string reason) => new(_uid, member, reason);

    /// <summary>What version 1.0 leaves to be found among the tags.</summary>
    private record struct TagsOfInterest(string? InstanceUid, string? SeriesUid, string? StudyUid, bool HasPixelData);
}
