namespace CloudOptimizedDicom;

/// <summary>What can be said of a series that is not as one would wish. <see cref="IntegrityFinding.Class"/> tells damage from deviations and notes.</summary>
public enum IntegrityFindingKind
{
    /// <summary>A note: somebody holds the lock, and is probably at work. What else was found may be half-done.</summary>
    LockHeld,

    /// <summary>A note: an error.log keeps the series from being opened unless <see cref="OpenSeriesOptions.OverrideErrors"/> is set.</summary>
    ErrorLogExists,

    /// <summary>The lock says that the series is being deleted.</summary>
    DeleteBegun,

    /// <summary>There is an archive, but no metadata, so the series cannot be opened.</summary>
    MetadataMissing,

    /// <summary>The metadata cannot be read, or is that of another series.</summary>
    MetadataUnreadable,

    /// <summary>There is metadata, but no archive.</summary>
    ArchiveMissing,

    /// <summary>The archive has another size or checksum than the metadata says, or another checksum than the store has of it.</summary>
    ArchiveDiffers,

    /// <summary>A part of the archive cannot be read as a tar, or its end is not marked.</summary>
    ArchiveUnreadable,

    /// <summary>Members stand behind the end of the archive, where other programs do not see them.</summary>
    MembersBehindEnd,

    /// <summary>Bytes that are no member stand behind the end of the archive.</summary>
    ForeignBytes,

    /// <summary>An instance of the metadata has no member of the archive at its place.</summary>
    InstanceMissing,

    /// <summary>The bytes of an instance have another checksum.</summary>
    InstanceDiffers,

    /// <summary>A member of the archive is an instance of the series, but the metadata does not know it.</summary>
    OrphanMember,

    /// <summary>A note: a member of the archive has the UID of an instance that is elsewhere. Nothing reads it.</summary>
    DuplicateMember,

    /// <summary>A note: a member of the archive is no instance of the series. Nothing reads it.</summary>
    ForeignMember,

    /// <summary>There is no index.</summary>
    IndexMissing,

    /// <summary>The index cannot be read, lists other members than the archive has, or has another checksum than the metadata or the store says.</summary>
    IndexDiffers,

    /// <summary>Only with <see cref="VerifyOptions.Deep"/>, a deviation: an instance has the recorded bytes, but they are not readable as DICOM here.</summary>
    InstanceUnreadable,

    /// <summary>
    /// The record of an instance has UIDs of another series; or, only with <see cref="VerifyOptions.Deep"/>, it has other UIDs than
    /// the instance.
    /// </summary>
    RecordDiffers,

    /// <summary>
    /// Tags in the metadata cannot be read; or, only with <see cref="VerifyOptions.Deep"/>, they contradict those of the instance.
    /// </summary>
    TagsDiffer,

    /// <summary>Only with <see cref="VerifyOptions.Deep"/>: frames are not where the metadata says.</summary>
    FramesDiffer,

    /// <summary>Only with <see cref="VerifyOptions.Deep"/>, a deviation: frames are 8 bytes before where the metadata says, as Python writes native ones.</summary>
    FramesShifted,

    /// <summary>The metadata is not what was uploaded, as the checksum that the store has of it shows: any of it may be wrong.</summary>
    MetadataDiffers,

    /// <summary>
    /// Only with <see cref="VerifyOptions.Deep"/>, a deviation: the metadata leaves out tags of the instance, as Python does with what it cannot
    /// convert; has some that are not found in it; or has another beginning of long values.
    /// </summary>
    TagsDeviate,

    /// <summary>
    /// Only with <see cref="VerifyOptions.Deep"/>, a deviation: the metadata says nothing of frames that can be told apart, or has a table of
    /// frames where none can.
    /// </summary>
    FramesDeviate,

    /// <summary>
    /// A deviation: the instance is in a member of another name; or, only with <see cref="VerifyOptions.Deep"/>, the record says otherwise than
    /// the instance whether there are pixels, or one of them has no UID where the other has one.
    /// </summary>
    RecordDeviates,

    /// <summary>
    /// The lock is older than <see cref="VerifyOptions.LockAbandonedAfter"/>, so its writer has probably died: nobody else can write until a
    /// repair takes the lock over.
    /// </summary>
    LockAbandoned,

    /// <summary>
    /// Only with <see cref="VerifyOptions.Deep"/>, a note: the file of an instance has something that DICOM does not allow
    /// (<see cref="Part10.DicomWarning"/>). It was stored so.
    /// </summary>
    InstanceWarning,
}
