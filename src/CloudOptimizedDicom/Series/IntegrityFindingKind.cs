namespace CloudOptimizedDicom;

/// <summary>What can be wrong with a series.</summary>
public enum IntegrityFindingKind
{
    /// <summary>There is metadata, but no archive.</summary>
    ArchiveMissing,

    /// <summary>The archive has another size or checksum than the metadata says.</summary>
    ArchiveDiffers,

    /// <summary>The archive cannot be read as a tar.</summary>
    ArchiveUnreadable,

    /// <summary>An instance of the metadata has no member of the archive at its place.</summary>
    InstanceMissing,

    /// <summary>The bytes of an instance have another checksum.</summary>
    InstanceDiffers,

    /// <summary>A member of the archive is no instance of the metadata.</summary>
    OrphanMember,

    /// <summary>Two members of the archive have one name.</summary>
    DuplicateMember,

    /// <summary>Members stand behind the end of the archive, where other programs do not see them.</summary>
    MembersBehindEnd,

    /// <summary>There is no index.</summary>
    IndexMissing,

    /// <summary>The index cannot be read, or lists other members than the archive has.</summary>
    IndexDiffers,
}
