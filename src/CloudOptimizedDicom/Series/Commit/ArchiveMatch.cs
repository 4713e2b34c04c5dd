namespace CloudOptimizedDicom;

/// <summary>What the live archive of a series is to its metadata, as far as can be told without reading the archive.</summary>
internal enum ArchiveMatch
{
    /// <summary>The very generation that the metadata names, or no archive where none is named: no other writer can have left it.</summary>
    Own,

    /// <summary>The recorded bytes in another generation, as in a copied store; or those of a writer that is about to commit them.</summary>
    Copied,

    /// <summary>The metadata names none, as Python's does, and no upload of this library made the archive.</summary>
    Unmarked,

    /// <summary>
    /// The metadata names none, and an upload of this library made the archive, or there are no instances to know it by. It is the
    /// archive of the series where Python has written only the metadata since, or that of a writer that died: its bytes tell.
    /// </summary>
    Unproven,

    /// <summary>The metadata needs an archive, and there is none.</summary>
    Missing,

    /// <summary>It is not the archive that the metadata describes, or there is no metadata.</summary>
    Foreign,
}
