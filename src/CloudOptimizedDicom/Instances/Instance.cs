using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>
/// One DICOM instance: a file that is to be stored, or a stored one. Its bytes are never changed. Reading members is
/// thread-safe; an instance that is being appended belongs to that call.
/// </summary>
public sealed class Instance
{
    private readonly string? _address;
    private InstanceHead? _head;

    /// <summary>Names a file that is to be stored. Nothing is read yet.</summary>
    /// <param name="uri">A path, or a URI with the scheme <c>file</c>, <c>gs</c>, <c>http</c> or <c>https</c>.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public Instance(string uri)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        _address = uri;
        OriginalPath = RedactedUri.Redact(uri);
        DicomUri = OriginalPath;
    }

    internal Instance(InstanceRecord record, string dicomUri)
    {
        DicomUri = dicomUri;
        OriginalPath = record.OriginalPath;
        Dependencies = record.Dependencies;
        Record = record;
        StoredUid = record.Uid;
        IsFromMetadata = true;
    }

    /// <summary>
    /// Where the bytes are now: where they came from, then the archive on this machine after an append, then the archive in
    /// the datastore after a sync. Without the secrets of a web address (<see cref="RedactedUri"/>).
    /// </summary>
    public string DicomUri { get; internal set; }

    /// <summary>Where the bytes came from first, without the secrets of a web address (<see cref="RedactedUri"/>). It never changes.</summary>
    public string OriginalPath { get; }

    /// <summary>Other files that were needed to make this one, as the caller names them.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> Dependencies
    {
        get;
        init => field = RedactedUri.RedactAll(value);
    } = [];

    /// <summary>What the caller knows beforehand.</summary>
    /// <value>The default knows nothing.</value>
    public Hints Hints { get; init; } = new();

    /// <summary>
    /// Makes the UID that is stored out of the one in the file, for series that hide theirs. It must give the same for the
    /// same, and is called from several threads at once.
    /// </summary>
    /// <value>The default is <see langword="null"/>: UIDs are stored as they are.</value>
    public Func<string, string>? UidHasher { get; init; }

    /// <summary>The UID that it is stored under, hashed or not; <see langword="null"/> until an append has looked at it.</summary>
    public string? StoredUid { get; internal set; }

    /// <summary>What the series knows of the instance; <see langword="null"/> until it is part of one.</summary>
    public InstanceRecord? Record { get; internal set; }

    /// <summary>What its file has that DICOM does not allow, as the append that read it has found; empty until then.</summary>
    public IReadOnlyList<DicomWarning> Warnings { get; internal set; } = [];

    /// <summary>All tags, decompressed on demand.</summary>
    /// <exception cref="InvalidOperationException">The instance is not part of a series.</exception>
    public DicomJsonDataset Metadata => Record?.Metadata
        ?? throw new InvalidOperationException($"{DicomUri} is not part of a series; {nameof(InstanceScan)} reads the tags of a file.");

    /// <summary>SOP Instance UID in the file: from the record or the hints, else by reading the header.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The UID.</returns>
    /// <exception cref="InvalidDicomException">The file is not readable as DICOM, or has no such UID.</exception>
    /// <exception cref="SourceReadException">The file cannot be read.</exception>
    /// <remarks>An object of a bucket is read with the application's default credentials, unless a datastore has read it before.</remarks>
    public async Task<string> GetInstanceUidAsync(CancellationToken cancellationToken = default) =>
        Record?.InstanceUid ?? Hints.InstanceUid ?? (await ReadHeadAsync(InstanceSources.Default, cancellationToken).ConfigureAwait(false)).Uids.InstanceUid;

    /// <summary>Series Instance UID in the file: from the record or the hints, else by reading the header.</summary>
    /// <inheritdoc cref="GetInstanceUidAsync"/>
    public async Task<string> GetSeriesUidAsync(CancellationToken cancellationToken = default) =>
        Record?.SeriesUid ?? Hints.SeriesUid ?? (await ReadHeadAsync(InstanceSources.Default, cancellationToken).ConfigureAwait(false)).Uids.SeriesUid;

    /// <summary>Study Instance UID in the file: from the record or the hints, else by reading the header.</summary>
    /// <inheritdoc cref="GetInstanceUidAsync"/>
    public async Task<string> GetStudyUidAsync(CancellationToken cancellationToken = default) =>
        Record?.StudyUid ?? Hints.StudyUid ?? (await ReadHeadAsync(InstanceSources.Default, cancellationToken).ConfigureAwait(false)).Uids.StudyUid;

    /// <summary>The UID that the instance is stored under in a series that hides its own.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The hashed UID.</returns>
    /// <exception cref="InvalidOperationException">There is no <see cref="UidHasher"/>.</exception>
    /// <exception cref="UidHashingException">It fails, or gives what cannot name anything.</exception>
    public async Task<string> GetHashedInstanceUidAsync(CancellationToken cancellationToken = default) =>
        Hash(await GetInstanceUidAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The Series Instance UID of a series that hides its own.</summary>
    /// <inheritdoc cref="GetHashedInstanceUidAsync"/>
    public async Task<string> GetHashedSeriesUidAsync(CancellationToken cancellationToken = default) =>
        Hash(await GetSeriesUidAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The Study Instance UID of a series that hides its own.</summary>
    /// <inheritdoc cref="GetHashedInstanceUidAsync"/>
    public async Task<string> GetHashedStudyUidAsync(CancellationToken cancellationToken = default) =>
        Hash(await GetStudyUidAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Where the bytes are.</summary>
    /// <returns><see cref="DicomUri"/>.</returns>
    public override string ToString() => DicomUri;

    /// <summary>Where the bytes are read, with its secrets: for requests, and for nothing that is stored or shown.</summary>
    internal string Address => ReferenceEquals(DicomUri, OriginalPath) ? _address ?? DicomUri : DicomUri;

    /// <summary>Whether its members say what the metadata of a series says, and not what a caller does.</summary>
    internal bool IsFromMetadata { get; }

    /// <summary>The UIDs in the file, as far as they are known without reading it: from the hints, or from a header that was read.</summary>
    internal InstanceUids? KnownUids => _head?.Uids
        ?? (Hints is { InstanceUid: { } instanceUid, SeriesUid: { } seriesUid, StudyUid: { } studyUid }
            ? new InstanceUids(instanceUid, seriesUid, studyUid)
            : null);

    /// <summary>Bytes of the file, as far as hints or a header that was read tell.</summary>
    internal long? KnownSizeBytes => Hints.SizeBytes ?? _head?.SizeBytes;

    /// <summary>CRC-32C of the file, as far as hints tell, or the answer that brought its header.</summary>
    internal uint? KnownCrc32c => Hints.Crc32c ?? _head?.Crc32c;

    /// <summary>Whether "DICM" stands at byte 128, as far as the header was read.</summary>
    internal bool? KnownPrefix => _head?.HasPart10Prefix;

    /// <summary>The UID under which something of this instance is stored.</summary>
    /// <exception cref="UidHashingException">The hasher fails, or gives what cannot name anything.</exception>
    internal string ToStored(string uid)
    {
        if (UidHasher is null)
        {
            return uid;
        }

        string? hashed;
        try
        {
            hashed = UidHasher(uid);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new UidHashingException(OriginalPath, $"its {nameof(UidHasher)} fails: {error.Message}", error);
        }

        return DicomUid.IsSafeName(hashed)
            ? hashed
            : throw new UidHashingException(OriginalPath, $"its {nameof(UidHasher)} gives {hashed?.Length ?? 0} characters that cannot name anything");
    }

    /// <summary>What an append made of it is not kept: it is a file that is to be stored again.</summary>
    internal void Discard()
    {
        Record = null;
        DicomUri = OriginalPath;
    }

    private string Hash(string uid) => UidHasher is not null
        ? ToStored(uid)
        : throw new InvalidOperationException($"{DicomUri} has no {nameof(UidHasher)}.");

    /// <summary>Reads the header, once.</summary>
    internal async Task<InstanceHead> ReadHeadAsync(InstanceSources sources, CancellationToken cancellationToken) =>
        _head ??= await InstanceHead.ReadAsync(sources.Resolve(_address ?? OriginalPath), cancellationToken).ConfigureAwait(false);
}
