using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudOptimizedDicom.Json;

namespace CloudOptimizedDicom.Metadata;

/// <summary>
/// Members of a series' metadata that are not the format's own, <c>thumbnail</c> among them: any JSON, kept as it is
/// written. Not thread-safe.
/// </summary>
internal sealed class SeriesFields
{
    /// <summary>The field that describes the thumbnail, as Python writes it.</summary>
    public const string Thumbnail = "thumbnail";

    /// <summary>Reads what a field may hold.</summary>
    public static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = DicomJsonWriter.MaxJsonDepth };

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = DicomJsonWriter.MaxJsonDepth - 1 };

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DicomJsonWriter.MaxJsonDepth,
    };

    private readonly OrderedDictionary<string, ReadOnlyMemory<byte>> _values;

    public SeriesFields()
        : this([])
    {
    }

    private SeriesFields(OrderedDictionary<string, ReadOnlyMemory<byte>> values) => _values = values;

    /// <summary>The names in the order in which they were first set; a live view.</summary>
    public IReadOnlyList<string> Names => _values.Keys;

    /// <summary>Whether a name belongs to the format itself.</summary>
    public static bool IsReserved(string name) =>
        name is "cod" or "study_uid" or "series_uid" || name.StartsWith("deid_", StringComparison.Ordinal);

    public bool TryGet(string name, out ReadOnlyMemory<byte> utf8Json) => _values.TryGetValue(name, out utf8Json);

    /// <summary>Adds a field, or changes it where it is.</summary>
    /// <exception cref="ArgumentException">The name is empty or reserved, or the value undefined or too deep.</exception>
    public void Set(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The value is undefined.", nameof(value));
        }

        var utf8Json = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8Json, WriterOptions))
        {
            value.WriteTo(json);
        }

        Set(name, utf8Json.WrittenMemory);
    }

    /// <summary>Adds a field, or changes it where it is.</summary>
    /// <param name="name">The name.</param>
    /// <param name="utf8Json">One JSON value; copied.</param>
    /// <exception cref="ArgumentException">The name is empty or reserved, or the value is not JSON or too deep.</exception>
    public void Set(string name, ReadOnlyMemory<byte> utf8Json)
    {
        RequireFree(name);
        RequireValid(utf8Json.Span);
        _values[name] = utf8Json.ToArray();
    }

    /// <exception cref="ArgumentException">The name is empty or reserved.</exception>
    public static void RequireFree(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (IsReserved(name))
        {
            throw new ArgumentException($"\"{name}\" is a name of the format itself.", nameof(name));
        }
    }

    public bool Remove(string name) => _values.Remove(name);

    /// <summary>Takes what a reader has validated, whatever its name; the bytes are kept.</summary>
    internal void Load(string name, ReadOnlyMemory<byte> utf8Json) => _values[name] = utf8Json;

    internal SeriesFields Clone() => new(new OrderedDictionary<string, ReadOnlyMemory<byte>>(_values));

    internal void WriteTo(Utf8JsonWriter output)
    {
        foreach ((string name, ReadOnlyMemory<byte> utf8Json) in _values)
        {
            output.WritePropertyName(name);
            output.WriteRawValue(utf8Json.Span, skipInputValidation: true);
        }
    }

    private static void RequireValid(ReadOnlySpan<byte> utf8Json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8Json))
        {
            throw new ArgumentException("The value is not UTF-8.", nameof(utf8Json));
        }

        var reader = new Utf8JsonReader(utf8Json, ReaderOptions);
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new ArgumentException("The value is not one JSON value.", nameof(utf8Json), exception);
        }
    }
}
