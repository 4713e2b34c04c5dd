namespace CloudOptimizedDicom;

/// <summary>How much something that was found at a series matters.</summary>
public enum IntegrityClass
{
    /// <summary>Something is wrong: bytes are lost or changed, objects do not belong together, or nobody can write the series.</summary>
    Damage,

    /// <summary>
    /// The bytes are as recorded, but what the metadata says of them is not what this library reads in them: elements that Python leaves out,
    /// frame tables that it shifts, or more than is found here. <see cref="RepairOptions.Normalize"/> writes such records anew.
    /// </summary>
    Deviation,

    /// <summary>Nothing is wrong, and there is nothing to repair about it.</summary>
    Note,
}
