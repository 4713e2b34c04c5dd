using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

public sealed partial class DicomJsonDataset
{
    /// <summary>Far more than any data set has, and few enough that their places are small beside the text.</summary>
    private const int MaxElements = 1_000_000;

    /// <summary>Walks once over the whole text and notes where each element's value is.</summary>
    private static DicomJsonDataset Index(ReadOnlyMemory<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json.Span, Options);
        var tags = new List<uint>();
        var elements = new List<StoredElement>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new DicomJsonException(0, "it is not an object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isTag = TryReadTag(ref reader, out uint tag);
                reader.Read();
                StoredElement element = ReadElement(ref reader);
                if (tags.Count == MaxElements)
                {
                    throw new DicomJsonException(reader.TokenStartIndex, $"it has more than {MaxElements} elements at one level");
                }

                if (isTag)
                {
                    tags.Add(tag);
                    elements.Add(element);
                }
            }

            // Finds what stands behind the object.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new DicomJsonException(reader.BytesConsumed, "the JSON is malformed, cut short or too deep", exception);
        }

        return new DicomJsonDataset(utf8Json, [.. tags], [.. elements]);
    }

    private static bool TryReadTag(ref Utf8JsonReader reader, out uint tag)
    {
        ReadOnlySpan<byte> name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonText.Read(ref reader)) : reader.ValueSpan;
        tag = 0;
        return name.Length == 8 && Utf8Parser.TryParse(name, out tag, out int consumed, 'X') && consumed == 8;
    }

    private static StoredElement ReadElement(ref Utf8JsonReader reader)
    {
        var element = default(StoredElement);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return element;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isVr = JsonText.IsEqual(ref reader, "vr"u8);
            Form form = isVr ? Form.Empty : ReadForm(ref reader);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (isVr && reader.TokenType == JsonTokenType.String && reader.ValueSpan is [byte first, byte second])
            {
                element = element with { Vr = (DicomVr)(first | (second << 8)) };
            }

            reader.Skip();
            if (form != Form.Empty)
            {
                element = element with { Form = form, Start = start, Length = (int)reader.BytesConsumed - start };
            }
        }

        return element;
    }

    private static Form ReadForm(ref Utf8JsonReader reader) =>
        JsonText.IsEqual(ref reader, "Value"u8) ? Form.Value
        : JsonText.IsEqual(ref reader, "InlineBinary"u8) ? Form.InlineBinary
        : JsonText.IsEqual(ref reader, "BulkDataURI"u8) ? Form.BulkDataUri
        : Form.Empty;
}
