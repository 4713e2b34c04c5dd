namespace CloudOptimizedDicom;

/// <summary>Why an instance is in the list of an <see cref="AppendResult"/> that it is in.</summary>
public enum AppendReason
{
    /// <summary>New: its UID was not there.</summary>
    NewUid,

    /// <summary>
    /// Same: it was read, and is there with the same size and checksum, stored before or earlier in this call. Of what is stored the
    /// record is trusted, which costs no request; whether its bytes are still those, a verification tells, and a repair with
    /// <see cref="RepairOptions.Originals"/> mends it.
    /// </summary>
    SameBytes,

    /// <summary>Same: its hints say so, or it is part of the series by an earlier append; it was not read.</summary>
    SameByHints,

    /// <summary>Same: its bytes are other ones, its Pixel Data is not, and <see cref="AppendOptions.TreatMetadataDiffsAsSame"/> is set.</summary>
    SamePixels,

    /// <summary>Conflict: its bytes are other ones.</summary>
    OtherBytes,

    /// <summary>Conflict: its Pixel Data is another one as well; only where that was compared.</summary>
    OtherPixels,

    /// <summary>Conflict: its bytes are other ones, and one of the two has no Pixel Data to compare by; only where that was wanted.</summary>
    NoPixels,

    /// <summary>Errors: the <see cref="AppendError"/> says why.</summary>
    Failed,

    /// <summary>
    /// New: its UID was not there, but the same picture is, as JPEG 2000 under another UID, which Python has drawn. An
    /// <see cref="InstanceWarning"/> names it.
    /// </summary>
    StoredUnderOtherUid,

    /// <summary>
    /// Same: the same picture came from its path and is stored as JPEG 2000 under another UID, which is
    /// <see cref="Instance.StoredUid"/> then, and <see cref="AppendOptions.SameByPath"/> is set. Its own bytes are not stored.
    /// </summary>
    SameByPath,

    /// <summary>Errors: it changed while it was read (<see cref="SourceChangedException"/>), so nothing of it was stored.</summary>
    SourceChanged,

    /// <summary>
    /// Conflict: the stored bytes are the first of this one's, as a transfer that broke off leaves them, by their checksum.
    /// <see cref="AppendOptions.ReplaceTruncated"/> takes the whole one.
    /// </summary>
    StoredIsBeginning,

    /// <summary>New: it took the place of its own beginning, and <see cref="AppendOptions.ReplaceTruncated"/> is set.</summary>
    ReplacedBeginning,
}
