namespace CloudOptimizedDicom;

/// <summary>What a repair does.</summary>
public enum RepairActionKind
{
    /// <summary>Deletes what a delete that was begun has left.</summary>
    FinishDelete,

    /// <summary>Writes the archive anew: every whole member as it is, all of them before the end.</summary>
    RewriteArchive,

    /// <summary>
    /// Keeps bytes that are no whole member as a member <c>damaged/&lt;place&gt;.bin</c>, since an instance may be in them; or an
    /// instance without the recorded checksum as <c>damaged/&lt;uid&gt;-&lt;checksum&gt;.dcm</c>.
    /// </summary>
    KeepDamagedBytes,

    /// <summary>Notes where an instance is now.</summary>
    MoveRecord,

    /// <summary>Takes the record of an instance from the metadata that the lock keeps.</summary>
    RestoreRecord,

    /// <summary>Makes the record of an instance from the instance itself; where it came from is not known then.</summary>
    RebuildRecord,

    /// <summary>Drops the record of an instance whose bytes are nowhere.</summary>
    ForgetInstance,

    /// <summary>Writes the index.</summary>
    WriteIndex,

    /// <summary>Keeps metadata that is damaged beside the new one, as <c>metadata.json.damaged</c>.</summary>
    KeepDamagedMetadata,

    /// <summary>Writes the metadata.</summary>
    WriteMetadata,

    /// <summary>Removes the lock that was taken over.</summary>
    RemoveLock,

    /// <summary>Puts an instance back from an original with the recorded size and checksum; its record stays.</summary>
    RestoreInstance,

    /// <summary>Writes the record of an instance anew from the instance, which has the recorded bytes.</summary>
    NormalizeRecord,
}
