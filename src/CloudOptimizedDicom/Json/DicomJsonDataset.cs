using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

/// <summary>
/// A read-only view of one data set in the DICOM JSON model (PS3.18 annex F): the tags of an instance, or an item of a
/// sequence. Values are decoded when they are asked for, and again each time. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Whatever is not formed as the model says reads as absent; <see cref="Utf8Json"/> still has it. Of a tag that occurs twice
/// the last counts. Keywords are those of <see cref="DicomDictionary"/>.
/// </remarks>
public sealed partial class DicomJsonDataset
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = DicomJsonWriter.MaxJsonDepth };

    private readonly uint[] _tags;
    private readonly StoredElement[] _elements;

    private DicomJsonDataset(ReadOnlyMemory<byte> utf8Json, uint[] tags, StoredElement[] elements)
    {
        Utf8Json = utf8Json;
        _tags = tags;
        _elements = elements;
    }

    private enum Form : ushort
    {
        Empty,
        Value,
        InlineBinary,
        BulkDataUri,
    }

    /// <summary>
    /// The JSON object as it is stored, UTF-8, except that NaN, Infinity and -Infinity stand in quotes where Python wrote
    /// them bare: always legal JSON.
    /// </summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>The tags in stored order, which is that of the file with group 0002 behind the others.</summary>
    public IEnumerable<DicomTag> Tags
    {
        get
        {
            for (int i = 0; i < _tags.Length; i++)
            {
                if (i == Array.LastIndexOf(_tags, _tags[i]))
                {
                    yield return new DicomTag(_tags[i]);
                }
            }
        }
    }

    /// <summary>Reads and validates one JSON object.</summary>
    /// <param name="utf8Json">The text as UTF-8; it is kept and must not change. NaN, Infinity and -Infinity may be bare.</param>
    /// <returns>The view.</returns>
    /// <exception cref="DicomJsonException">The text is no JSON object, not UTF-8, or nested deeper than 1000 levels.</exception>
    public static DicomJsonDataset Parse(ReadOnlyMemory<byte> utf8Json)
    {
        if (!Utf8.IsValid(utf8Json.Span))
        {
            throw new DicomJsonException(0, "it is not UTF-8");
        }

        try
        {
            return Index(utf8Json);
        }
        catch (DicomJsonException)
        {
            // Most JSON has no bare NaN, so the search for one waits until reading has failed.
            if (NonFiniteNumbers.Quote(utf8Json.Span) is not { } quoted)
            {
                throw;
            }

            return Index(quoted);
        }
    }

    /// <summary>Whether the data set has an element, be it with a value or empty.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns><see langword="true"/> when it has.</returns>
    public bool Contains(DicomTag tag) => _tags.Contains(tag.Value);

    /// <summary>The value representation of an element.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The two letters, be they standard or not; <see cref="DicomVr.None"/> when absent.</returns>
    public DicomVr GetVr(DicomTag tag) => Find(tag).Vr;

    /// <summary>The first value as text.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>
    /// Text as it is, numbers as they stand in the JSON, a person name as <c>Alphabetic=Ideographic=Phonetic</c> without the
    /// empty groups at its end; <see langword="null"/> for an absent or empty element, an empty first value, a sequence, and
    /// binary or bulk data.
    /// </returns>
    public string? GetString(DicomTag tag)
    {
        Utf8JsonReader reader = OpenValues(Find(tag));
        return ReadNext(ref reader) ? ReadText(ref reader) : null;
    }

    /// <summary>All values as text, in the form of <see cref="GetString(DicomTag)"/>.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The values, null for an empty one; none where there are no textual or numeric values.</returns>
    public IReadOnlyList<string?> GetStrings(DicomTag tag)
    {
        Utf8JsonReader reader = OpenValues(Find(tag));
        var values = new List<string?>();
        while (ReadNext(ref reader))
        {
            values.Add(ReadText(ref reader));
        }

        return values;
    }

    /// <summary>The items of a sequence.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The items in order; none for an absent or empty sequence and for every other element.</returns>
    public IReadOnlyList<DicomJsonDataset> GetSequence(DicomTag tag)
    {
        StoredElement sequence = Find(tag);
        Utf8JsonReader reader = OpenValues(sequence, wantsItems: true);
        var items = new List<DicomJsonDataset>();
        while (ReadNext(ref reader))
        {
            int start = sequence.Start + (int)reader.TokenStartIndex;
            reader.Skip();
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                items.Add(Index(Utf8Json[start..(sequence.Start + (int)reader.BytesConsumed)]));
            }
        }

        return items;
    }

    /// <summary>The bytes of a binary element that are in the metadata itself.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The bytes; <see langword="null"/> when the element is absent, empty, bulk data or not binary.</returns>
    /// <exception cref="DicomJsonException">What is stored is not base64.</exception>
    public byte[]? GetInlineBinary(DicomTag tag)
    {
        StoredElement element = Find(tag);
        if (element.Form != Form.InlineBinary)
        {
            return null;
        }

        Utf8JsonReader reader = OpenSlice(element);
        try
        {
            return reader.TokenType == JsonTokenType.String ? Convert.FromBase64String(JsonText.Read(ref reader)) : null;
        }
        catch (FormatException exception)
        {
            throw new DicomJsonException(element.Start, $"the InlineBinary of {tag} is not base64", exception);
        }
    }

    /// <summary>What the metadata has of a value that is too long for it.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The reference; <see langword="null"/> when the element is absent or its value is in the metadata.</returns>
    public BulkDataReference? GetBulkData(DicomTag tag)
    {
        StoredElement element = Find(tag);
        if (element.Form != Form.BulkDataUri)
        {
            return null;
        }

        Utf8JsonReader reader = OpenSlice(element);
        string? uri = reader.TokenType == JsonTokenType.String ? JsonText.Read(ref reader) : null;
        string? head = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isUri = JsonText.IsEqual(ref reader, "uri"u8);
            bool isHead = JsonText.IsEqual(ref reader, "head"u8);
            reader.Read();
            string? text = reader.TokenType == JsonTokenType.String && (isUri || isHead) ? JsonText.Read(ref reader) : null;
            (uri, head) = (isUri ? text : uri, isHead ? text : head);
            reader.Skip();
        }

        return new BulkDataReference(uri ?? "", head);
    }

    private StoredElement Find(DicomTag tag) =>
        Array.LastIndexOf(_tags, tag.Value) is >= 0 and int index ? _elements[index] : default;

    /// <summary>A reader on the value itself.</summary>
    private Utf8JsonReader OpenSlice(in StoredElement element)
    {
        var reader = new Utf8JsonReader(Utf8Json.Span.Slice(element.Start, element.Length), Options);
        reader.Read();
        return reader;
    }

    /// <summary>A reader in front of the first value; one that has nothing to read where there are no such values.</summary>
    private Utf8JsonReader OpenValues(in StoredElement element, bool wantsItems = false)
    {
        if (element.Form != Form.Value || (element.Vr == DicomVr.SQ) != wantsItems)
        {
            return default;
        }

        Utf8JsonReader reader = OpenSlice(element);
        return reader.TokenType == JsonTokenType.StartArray ? reader : default;
    }

    private static bool ReadNext(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return JsonText.Read(ref reader);
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.StartObject:
                return ReadPersonName(ref reader);
            default:
                reader.Skip();
                return null;
        }
    }

    private static string? ReadPersonName(ref Utf8JsonReader reader)
    {
        string?[] groups = new string?[3];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int group = JsonText.IsEqual(ref reader, "Alphabetic"u8) ? 0
                : JsonText.IsEqual(ref reader, "Ideographic"u8) ? 1
                : JsonText.IsEqual(ref reader, "Phonetic"u8) ? 2 : -1;
            reader.Read();
            if (group >= 0 && reader.TokenType == JsonTokenType.String)
            {
                groups[group] = JsonText.Read(ref reader);
            }

            reader.Skip();
        }

        return string.Join('=', groups).TrimEnd('=') is { Length: > 0 } name ? name : null;
    }

    /// <summary>Where an element's value is in the JSON.</summary>
    private readonly record struct StoredElement(DicomVr Vr, Form Form, int Start, int Length);
}
