using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Metadata;

/// <summary>What a series' <c>metadata.json</c> says. Not thread-safe while it is edited.</summary>
internal sealed class SeriesMetadata
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DicomJsonWriter.MaxJsonDepth,
        SkipValidation = true,
    };

    private readonly OrderedDictionary<string, InstanceRecord> _instances;
    private readonly SeriesFields _unknownOfCod;

    /// <summary>A series without instances.</summary>
    /// <param name="series">Its name.</param>
    /// <param name="usesHashedUids">Whether that name consists of hashes.</param>
    /// <param name="version">What new records are to be.</param>
    public SeriesMetadata(SeriesId series, bool usesHashedUids, MetadataVersion version)
        : this(series, usesHashedUids, version, [], new SeriesFields(), new SeriesFields())
    {
    }

    internal SeriesMetadata(
        SeriesId series,
        bool usesHashedUids,
        MetadataVersion version,
        OrderedDictionary<string, InstanceRecord> instances,
        SeriesFields fields,
        SeriesFields unknownOfCod)
    {
        Series = series;
        UsesHashedUids = usesHashedUids;
        Version = version;
        _instances = instances;
        Fields = fields;
        _unknownOfCod = unknownOfCod;
    }

    public SeriesId Series { get; }

    /// <summary>Whether study, series and instances are stored under hashes of their UIDs.</summary>
    public bool UsesHashedUids { get; }

    /// <summary>What new records are to be: in a series that was read, what its last record is.</summary>
    public MetadataVersion Version { get; set; }

    /// <summary>The archive that the records describe; null when not recorded.</summary>
    public ObjectIdentity? Tar { get; set; }

    /// <summary>The archive's index; null when not recorded.</summary>
    public ObjectIdentity? Index { get; set; }

    /// <summary>Length of the plain JSON that this was read from; 0 for a new series.</summary>
    public long JsonBytes { get; init; }

    /// <summary>The records in stored order; a live view.</summary>
    public IReadOnlyList<InstanceRecord> Instances => _instances.Values;

    /// <summary>Members beside those of the format.</summary>
    public SeriesFields Fields { get; }

    /// <summary>Reads what <see cref="Write"/> wrote, or Python.</summary>
    /// <param name="stored">The object's bytes, plain or gzip; plain ones are kept and must not change.</param>
    /// <param name="uri">The object, for exceptions.</param>
    /// <param name="limits">How far they, and the tags in them, may inflate; null for the defaults.</param>
    /// <exception cref="SeriesMetadataException">They cannot be used.</exception>
    public static SeriesMetadata Parse(ReadOnlyMemory<byte> stored, string uri, DecompressionLimits? limits = null) =>
        new SeriesMetadataReader(uri, limits ?? DecompressionLimits.Default).Read(stored);

    public bool TryGetInstance(string uid, [NotNullWhen(true)] out InstanceRecord? record) => _instances.TryGetValue(uid, out record);

    /// <exception cref="ArgumentException">There is a record of that UID.</exception>
    public void Add(InstanceRecord record) => _instances.Add(record.Uid, record);

    /// <summary>Puts a record in the place of the one of the same UID.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public void Replace(InstanceRecord record)
    {
        if (!_instances.ContainsKey(record.Uid))
        {
            throw new ArgumentException($"There is no instance \"{record.Uid}\".", nameof(record));
        }

        _instances[record.Uid] = record;
    }

    public bool Remove(string uid) => _instances.Remove(uid);

    /// <summary>A copy that can be edited while this one stays as it is.</summary>
    /// <param name="version">What new records are written as; null for the same as here.</param>
    public SeriesMetadata Clone(MetadataVersion? version = null) => new(
        Series,
        UsesHashedUids,
        version ?? Version,
        new OrderedDictionary<string, InstanceRecord>(_instances),
        Fields.Clone(),
        _unknownOfCod.Clone())
    {
        Tar = Tar,
        Index = Index,
    };

    /// <summary>Writes plain JSON. Records that did not change come out byte for byte, but for their URI.</summary>
    /// <param name="output">Where the UTF-8 text goes.</param>
    /// <param name="archiveUri">The archive at the place that this is written to: <c>…/series/uid.tar</c>.</param>
    public void Write(IBufferWriter<byte> output, string archiveUri)
    {
        using var json = new Utf8JsonWriter(output, WriterOptions);
        json.WriteStartObject();
        json.WriteString(UsesHashedUids ? "deid_study_uid"u8 : "study_uid"u8, Series.StudyUid);
        json.WriteString(UsesHashedUids ? "deid_series_uid"u8 : "series_uid"u8, Series.SeriesUid);
        json.WriteStartObject("cod"u8);
        json.WriteStartObject("instances"u8);
        foreach (InstanceRecord record in _instances.Values)
        {
            json.WritePropertyName(record.Uid);
            record.WriteTo(json, archiveUri);
        }

        json.WriteEndObject();
        ObjectIdentityJson.Write(json, "tar", Tar);
        ObjectIdentityJson.Write(json, "index", Index);
        _unknownOfCod.WriteTo(json);
        json.WriteEndObject();
        Fields.WriteTo(json);
        json.WriteEndObject();
    }
}
