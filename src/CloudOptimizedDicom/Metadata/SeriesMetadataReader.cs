using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Metadata;

/// <summary>Reads a <c>metadata.json</c> in one pass over its bytes.</summary>
/// <param name="uri">The object, for exceptions.</param>
/// <param name="limits">How far it, and the tags in it, may inflate.</param>
internal sealed class SeriesMetadataReader(string uri, DecompressionLimits limits)
{
    private const int MaxBytes = 1 << 30;
    private const int MaxInstances = 10_000_000;

    private readonly SeriesFields _fields = new();
    private SeriesFields _unknownOfCod = new();
    private OrderedDictionary<string, InstanceRecord>? _instances;
    private MetadataVersion _version = MetadataVersion.V2;
    private long _jsonBytes;
    private string? _studyUid;
    private string? _seriesUid;
    private bool _usesPlainUids;
    private bool _usesHashedUids;
    private ObjectIdentity? _tar;
    private ObjectIdentity? _index;

    /// <exception cref="SeriesMetadataException">The bytes cannot be used.</exception>
    public SeriesMetadata Read(ReadOnlyMemory<byte> stored)
    {
        ReadOnlyMemory<byte> json = Gzip.IsGzip(stored.Span) ? Inflate(stored.Span) : stored;
        if (json.Length > MaxBytes)
        {
            throw new SeriesMetadataException(uri, null, $"It is longer than {MaxBytes} bytes.");
        }

        if (!Utf8.IsValid(json.Span))
        {
            throw new SeriesMetadataException(uri, null, "It is not UTF-8.");
        }

        try
        {
            return ReadJson(json);
        }
        catch (SeriesMetadataException exception) when (exception.InnerException is JsonException)
        {
            // Few series have a bare NaN, so the search for one waits until reading has failed.
            if (NonFiniteNumbers.Quote(json.Span) is not { } quoted)
            {
                throw;
            }

            return new SeriesMetadataReader(uri, limits).ReadJson(quoted);
        }
    }

    private ReadOnlyMemory<byte> Inflate(ReadOnlySpan<byte> stored)
    {
        var json = new ArrayBufferWriter<byte>();
        try
        {
            Gzip.Decompress(stored, json, Math.Min(MaxBytes, limits.ForMetadata(stored.Length)));
        }
        catch (CompressedDataException exception)
        {
            throw new SeriesMetadataException(uri, null, exception.MaxBytes is null ? exception.Message : $"{exception.Message} {nameof(DecompressionLimits)} set the limit.", exception);
        }

        return json.WrittenMemory;
    }

    private SeriesMetadata ReadJson(ReadOnlyMemory<byte> json)
    {
        _jsonBytes = json.Length;
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = DicomJsonWriter.MaxJsonDepth });
        try
        {
            reader.Read();
            RequireObject(ref reader, "It");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader, json);
            }

            // Finds what stands behind the object.
            reader.Read();
            return ToMetadata(reader.BytesConsumed);
        }
        catch (JsonException exception)
        {
            throw new SeriesMetadataException(uri, reader.BytesConsumed, "The JSON is malformed, cut short or too deep.", exception);
        }
        catch (InstanceMetadataException exception)
        {
            throw new SeriesMetadataException(uri, reader.TokenStartIndex, exception.Message, exception);
        }
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        string name = JsonText.Read(ref reader);
        switch (name)
        {
            case "study_uid":
                _usesPlainUids = true;
                _studyUid = ReadUid(ref reader, name);
                break;
            case "series_uid":
                _usesPlainUids = true;
                _seriesUid = ReadUid(ref reader, name);
                break;
            case "deid_study_uid":
                _usesHashedUids = true;
                _studyUid = ReadUid(ref reader, name);
                break;
            case "deid_series_uid":
                _usesHashedUids = true;
                _seriesUid = ReadUid(ref reader, name);
                break;
            case "cod":
                ReadCod(ref reader, json);
                break;
            default:
                _fields.Load(name, ReadRaw(ref reader, json));
                break;
        }
    }

    private void ReadCod(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        RequireObject(ref reader, "\"cod\"");
        (_instances, _tar, _index, _unknownOfCod) = (null, null, null, new SeriesFields());
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = JsonText.Read(ref reader);
            switch (name)
            {
                case "instances":
                    ReadInstances(ref reader, json);
                    break;
                case "tar":
                    _tar = ReadIdentity(ref reader, name);
                    break;
                case "index":
                    _index = ReadIdentity(ref reader, name);
                    break;
                default:
                    _unknownOfCod.Load(name, ReadRaw(ref reader, json));
                    break;
            }
        }
    }

    private void ReadInstances(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        RequireObject(ref reader, "\"cod.instances\"");
        _instances = [];
        InstanceRecord? previous = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string uid = JsonText.Read(ref reader);
            reader.Read();
            previous = InstanceRecordReader.Read(ref reader, json, uid, previous, limits);
            _instances[uid] = previous;
            _version = previous.Version;
            if (_instances.Count > MaxInstances)
            {
                throw Fault(ref reader, $"There are more than {MaxInstances} instances.");
            }
        }
    }

    private string ReadUid(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && JsonText.Read(ref reader) is var uid && DicomUid.IsSafeName(uid)
            ? uid
            : throw Fault(ref reader, $"\"{name}\" cannot name a part of a datastore.");
    }

    private ObjectIdentity? ReadIdentity(ref Utf8JsonReader reader, string name) =>
        ObjectIdentityJson.TryRead(ref reader, out ObjectIdentity? identity)
            ? identity
            : throw Fault(ref reader, $"\"cod.{name}\" does not have a generation, a size and a crc32c.");

    private static ReadOnlyMemory<byte> ReadRaw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private void RequireObject(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Fault(ref reader, $"{what} is not an object.");
        }
    }

    private SeriesMetadata ToMetadata(long offset)
    {
        if (_usesPlainUids && _usesHashedUids)
        {
            throw new SeriesMetadataException(uri, offset, "It has both plain and hashed UIDs.");
        }

        if (_studyUid is null || _seriesUid is null || _instances is null)
        {
            string missing = _studyUid is null ? "study_uid" : _seriesUid is null ? "series_uid" : "cod.instances";
            throw new SeriesMetadataException(uri, offset, $"\"{missing}\" is missing.");
        }

        var series = new SeriesId(_studyUid, _seriesUid);
        return new SeriesMetadata(series, _usesHashedUids, _version, _instances, _fields, _unknownOfCod) { Tar = _tar, Index = _index, JsonBytes = _jsonBytes };
    }

    private SeriesMetadataException Fault(ref Utf8JsonReader reader, string reason) => new(uri, reader.TokenStartIndex, reason);
}
