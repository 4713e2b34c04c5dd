namespace CloudOptimizedDicom;

/// <summary>How a series is repaired.</summary>
public sealed record RepairOptions
{
    /// <summary>Whether to find out only what would be done: no lock is taken and nothing is written.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DryRun { get; init; }

    /// <summary>
    /// Whether a lock that somebody holds is taken over. Whoever holds it and still lives may go on until its next fence fails,
    /// so be sure that it died.
    /// </summary>
    /// <value>The default is <see langword="false"/>: a lock that is held ends the repair.</value>
    public bool TakeOverLock { get; init; }

    /// <summary>
    /// Whether instances whose bytes are nowhere any more are dropped from the metadata, so that the rest can be used; also
    /// whatever else was in metadata that cannot be read, which is then kept as <c>metadata.json.damaged</c>. Bytes that are not the
    /// recorded ones stay in the archive as a member <c>damaged/…</c>, and are never an instance again.
    /// </summary>
    /// <value>The default is <see langword="false"/>: nothing is written then, and the report names the instances.</value>
    public bool ForgetLost { get; init; }

    /// <summary>
    /// Whether records that deviate from their instances, as those of Python do in known ways, are written anew: tags, frames and UIDs as this
    /// library reads them. Archive, paths, dependencies and other fields stay. It parses every instance.
    /// </summary>
    /// <value>The default is <see langword="false"/>: a record whose instance has the recorded bytes stays as it is.</value>
    public bool Normalize { get; init; }

    /// <summary>
    /// Where lost and damaged instances may be found again: files and objects, also ones that have nothing to do with the series. One
    /// with the recorded size and checksum is put back under its UID, whatever its name. No more is read than it takes: sizes first,
    /// then checksums that <see cref="Instance.Hints"/> have, as those of <see cref="CodDatastore.ListInstancesAsync"/> do, then
    /// headers. Nothing is read while nothing is lost.
    /// </summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<Instance> Originals { get; init; } = [];
}
