using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

internal ref partial struct InstanceRecordReader
{
    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        _isMetadataObject = reader.TokenType == JsonTokenType.StartObject;
        _tags = default;
        if (_isMetadataObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadTag(ref reader);
            }
        }
        else if (reader.TokenType != JsonTokenType.String)
        {
            throw Fault("metadata", "is neither an object nor a string");
        }

        _metadata = start..(int)reader.BytesConsumed;
    }

    private void ReadTag(ref Utf8JsonReader reader)
    {
        if (JsonText.IsEqual(ref reader, "00080018"u8))
        {
            _tags.InstanceUid = ReadFirstValue(ref reader, _uid);
        }
        else if (JsonText.IsEqual(ref reader, "0020000E"u8))
        {
            _tags.SeriesUid = ReadFirstValue(ref reader, _previous?.SeriesUid);
        }
        else if (JsonText.IsEqual(ref reader, "0020000D"u8))
        {
            _tags.StudyUid = ReadFirstValue(ref reader, _previous?.StudyUid);
        }
        else
        {
            _tags.HasPixelData |= JsonText.IsEqual(ref reader, "7FE00010"u8);
            reader.Skip();
        }
    }

    /// <summary>The first value of an element when it is text; the reader ends behind the element.</summary>
    private static string? ReadFirstValue(ref Utf8JsonReader reader, string? candidate)
    {
        string? text = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isValue = JsonText.IsEqual(ref reader, "Value"u8);
            reader.Read();
            if (!isValue || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            text = null;
            for (bool isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
            {
                text = isFirst && reader.TokenType == JsonTokenType.String ? Share(ref reader, candidate) : text;
                reader.Skip();
            }
        }

        return text;
    }

    private void ReadHeaders(ref Utf8JsonReader reader)
    {
        Open(ref reader, JsonTokenType.StartObject, "headers");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.IsEqual(ref reader, "start_byte"u8))
            {
                _startByte = ReadNumber(ref reader, "headers.start_byte");
            }
            else if (JsonText.IsEqual(ref reader, "end_byte"u8))
            {
                _endByte = ReadNumber(ref reader, "headers.end_byte");
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadOffsetTables(ref Utf8JsonReader reader)
    {
        const string Member = "offset_tables";
        long[] offsets = [];
        long[] lengths = [];
        _frames = null;
        if (!OpenUnlessNull(ref reader, JsonTokenType.StartObject, Member))
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.IsEqual(ref reader, "CustomOffsetTable"u8))
            {
                offsets = ReadNumbers(ref reader, $"{Member}.CustomOffsetTable");
            }
            else if (JsonText.IsEqual(ref reader, "CustomOffsetTableLengths"u8))
            {
                lengths = ReadNumbers(ref reader, $"{Member}.CustomOffsetTableLengths");
            }
            else
            {
                reader.Skip();
            }
        }

        if (offsets.Length != lengths.Length)
        {
            throw Fault(Member, $"have {lengths.Length} lengths for {offsets.Length} offsets");
        }

        for (int i = 0; i < offsets.Length; i++)
        {
            if (lengths[i] > long.MaxValue - offsets[i])
            {
                throw Fault(Member, $"have a frame of {lengths[i]} bytes at {offsets[i]}");
            }
        }

        _frames = offsets.Length == 0 ? null : new FrameIndex(offsets, lengths);
    }

    private readonly void Open(ref Utf8JsonReader reader, JsonTokenType start, string member)
    {
        if (!OpenUnlessNull(ref reader, start, member))
        {
            throw Fault(member, "is null");
        }
    }

    private readonly bool OpenUnlessNull(ref Utf8JsonReader reader, JsonTokenType start, string member)
    {
        reader.Read();
        return reader.TokenType == start || (reader.TokenType == JsonTokenType.Null
            ? false
            : throw Fault(member, start == JsonTokenType.StartArray ? "is not an array" : "is not an object"));
    }

    private readonly long ReadNumber(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return ToNumber(ref reader, member);
    }

    private readonly long ToNumber(ref Utf8JsonReader reader, string member) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0
            ? number
            : throw Fault(member, $"is not an integer from 0 to {long.MaxValue}");

    private readonly long[] ReadNumbers(ref Utf8JsonReader reader, string member)
    {
        var numbers = new List<long>();
        Open(ref reader, JsonTokenType.StartArray, member);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(ToNumber(ref reader, member));
        }

        return [.. numbers];
    }

    private readonly string[] ReadStrings(ref Utf8JsonReader reader, string member)
    {
        List<string>? texts = null;
        bool isOpen = OpenUnlessNull(ref reader, JsonTokenType.StartArray, member);
        while (isOpen && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            (texts ??= []).Add(reader.TokenType == JsonTokenType.String
                ? JsonText.Read(ref reader)
                : throw Fault(member, "has a value that is not a string"));
        }

        return texts is null ? [] : [.. texts];
    }

    private readonly string ReadString(ref Utf8JsonReader reader, string member, string? candidate = null) =>
        ReadStringOrNull(ref reader, member, candidate) ?? throw Fault(member, "is null");

    private readonly string? ReadStringOrNull(ref Utf8JsonReader reader, string member, string? candidate = null)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => Share(ref reader, candidate),
            JsonTokenType.Null => null,
            _ => throw Fault(member, "is not a string"),
        };
    }

    private readonly MetadataVersion ReadVersion(ref Utf8JsonReader reader)
    {
        string version = ReadString(ref reader, "version", "2.0");
        return version switch
        {
            "1.0" => MetadataVersion.V1,
            "2.0" => MetadataVersion.V2,
            _ => throw Fault("version", $"is \"{version}\"; known are 1.0 and 2.0"),
        };
    }

    private readonly uint ReadCrc32c(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && Crc32c.TryParseBase64(JsonText.Read(ref reader), out uint crc32c)
            ? crc32c
            : throw Fault("crc32c", "is not base64 of four bytes");
    }

    /// <summary>The text that the reader is on; the candidate itself when they are equal, to keep one of many.</summary>
    private static string Share(ref Utf8JsonReader reader, string? candidate) =>
        candidate is not null && !reader.ValueIsEscaped && reader.ValueTextEquals(candidate) ? candidate : JsonText.Read(ref reader);
}
