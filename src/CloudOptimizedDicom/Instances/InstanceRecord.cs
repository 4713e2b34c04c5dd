using System.Text.Json;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// What a series' metadata has of one instance: where it lies in the archive, its checksum and its tags. Immutable and
/// thread-safe.
/// </summary>
public sealed class InstanceRecord
{
    /// <summary>Tags up to this size stay in memory once they were asked for; larger ones may have to be inflated again.</summary>
    private const int MaxKeptBytes = 64 * 1024;

    /// <summary>
    /// How many times their stored size tags may have to stay in memory: about three is usual, and what inflates to far more
    /// would otherwise fill the memory from small metadata.
    /// </summary>
    private const int MaxKeptRatio = 32;

    private readonly ReadOnlyMemory<byte> _json;
    private readonly ReadOnlyMemory<byte> _storedMetadata;
    private readonly DecompressionLimits _limits;
    private volatile object? _metadata;

    internal InstanceRecord(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> storedMetadata, DecompressionLimits limits)
    {
        _json = json;
        _storedMetadata = storedMetadata;
        _limits = limits;
    }

    /// <summary>
    /// The UID that the instance is stored under: hashed in a hashed series, else <see cref="InstanceUid"/>. It is as the
    /// metadata has it, so check it with <see cref="DicomUid.IsSafeName"/> before it becomes part of a path.
    /// </summary>
    public required string Uid { get; init; }

    /// <summary>SOP Instance UID of the file, never hashed; empty when a file in version 1.0 has none.</summary>
    public required string InstanceUid { get; init; }

    /// <summary>Series Instance UID of the file, never hashed; empty when a file in version 1.0 has none.</summary>
    public required string SeriesUid { get; init; }

    /// <summary>Study Instance UID of the file, never hashed; empty when a file in version 1.0 has none.</summary>
    public required string StudyUid { get; init; }

    /// <summary>Whether the top level has Pixel Data (7FE0,0010).</summary>
    public required bool HasPixelData { get; init; }

    /// <summary>
    /// The instance as <c>….tar://instances/uid.dcm</c>, with the place that the series had when this was written; empty when
    /// there is none. Bytes are never found by it, so a store can be copied.
    /// </summary>
    public required string Uri { get; init; }

    /// <summary>Where the file's bytes are in the archive.</summary>
    public required ByteRange ArchiveRange { get; init; }

    /// <summary>
    /// Where the frames are, counted from the beginning of the file; <see langword="null"/> when there is no table. As stored:
    /// the Python library puts uncompressed frames 8 bytes too high.
    /// </summary>
    public required FrameIndex? Frames { get; init; }

    /// <summary>CRC-32C of the file.</summary>
    public required uint Crc32c { get; init; }

    /// <summary>Bytes of the file.</summary>
    public long SizeBytes => ArchiveRange.Length;

    /// <summary>Where the file came from, as it was first named, without secrets (<see cref="RedactedUri"/>); empty when not known.</summary>
    public required string OriginalPath { get; init => field = RedactedUri.Redact(value); }

    /// <summary>What the caller gave as the sources that the file was made from.</summary>
    public required IReadOnlyList<string> Dependencies { get; init => field = RedactedUri.RedactAll(value); }

    /// <summary>Files that came later with the same UID but other bytes, and were not stored; in order of arrival.</summary>
    public required IReadOnlyList<string> DiffHashDupePaths { get; init => field = RedactedUri.RedactAll(value); }

    /// <summary>How the tags are stored.</summary>
    public required MetadataVersion Version { get; init; }

    /// <summary>
    /// When the record was last changed, in ISO 8601 without a zone: UTC where this library wrote it, local time where Python
    /// did. Empty when not known.
    /// </summary>
    public required string ModifiedDateTime { get; init; }

    /// <summary>
    /// All tags in the DICOM JSON model. Version 2.0 is inflated at the first call, and again at later ones when it is large
    /// and memory was short in between.
    /// </summary>
    /// <exception cref="InstanceMetadataException">What is stored is damaged, or inflates to more than <see cref="DecompressionLimits"/> allow.</exception>
    public DicomJsonDataset Metadata
    {
        get
        {
            object? kept = _metadata;
            if (kept is DicomJsonDataset known || (kept is WeakReference<DicomJsonDataset> large && large.TryGetTarget(out known!)))
            {
                return known;
            }

            DicomJsonDataset metadata = StoredTags.Read(_storedMetadata, Version, Uid, _limits);
            bool isKept = metadata.Utf8Json.Length <= Math.Min(MaxKeptBytes, MaxKeptRatio * (long)_storedMetadata.Length);
            _metadata = isKept ? metadata : new WeakReference<DicomJsonDataset>(metadata);
            return metadata;
        }
    }

    /// <summary>The record of an instance that is added to a series.</summary>
    /// <param name="scan">What the file holds.</param>
    /// <param name="uid">The UID that it is stored under.</param>
    /// <param name="archiveRange">Where its bytes are in the archive.</param>
    /// <param name="originalPath">Where it came from.</param>
    /// <param name="dependencies">The sources that it was made from.</param>
    /// <param name="version">How the tags are to be stored; they are compressed here and now.</param>
    /// <param name="now">The time to note.</param>
    internal static InstanceRecord Create(
        InstanceScan scan,
        string uid,
        ByteRange archiveRange,
        string originalPath,
        IReadOnlyList<string> dependencies,
        MetadataVersion version,
        DateTimeOffset now) =>
        Read(InstanceRecordJson.Create(scan, archiveRange, originalPath, dependencies, version, now), uid, DecompressionLimits.Default);

    /// <summary>The same record with one more duplicate of other content; the record itself when the path is known already.</summary>
    internal InstanceRecord WithDiffHashDupePath(string path, DateTimeOffset now) => DiffHashDupePaths.Contains(path)
        ? this
        : With(
            ("diff_hash_dupe_paths", InstanceRecordJson.FromStrings([.. DiffHashDupePaths, path])),
            ("modified_datetime", InstanceRecordJson.FromTime(now)));

    /// <summary>The same record with its file elsewhere in the archive.</summary>
    internal InstanceRecord WithArchiveRange(ByteRange range) => range.Length == SizeBytes
        ? With(("headers", InstanceRecordJson.FromRange(range)))
        : throw new ArgumentException($"{range.Length} bytes cannot hold an instance of {SizeBytes}.", nameof(range));

    /// <summary>The same record with all that a new scan of its file tells; where the file came from, and where it is, stays.</summary>
    internal InstanceRecord WithScan(InstanceScan scan, DateTimeOffset now) => With(InstanceRecordJson.FromScan(scan, Version, now));

    /// <summary>Writes the record as it was read, but for its URI.</summary>
    internal void WriteTo(Utf8JsonWriter output, string archiveUri)
    {
        string uri = $"{archiveUri}://instances/{Uid}.dcm";
        output.WriteRawValue(
            Uri == uri ? _json.Span : JsonMembers.Set(_json.Span, ("uri", InstanceRecordJson.FromString(uri))),
            skipInputValidation: true);
    }

    private static InstanceRecord Read(byte[] json, string uid, DecompressionLimits limits)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DicomJsonWriter.MaxJsonDepth });
        reader.Read();
        return InstanceRecordReader.Read(ref reader, json, uid, previous: null, limits);
    }

    private InstanceRecord With(params ReadOnlySpan<(string Name, byte[] Json)> members) =>
        Read(JsonMembers.Set(_json.Span, members), Uid, _limits);
}
