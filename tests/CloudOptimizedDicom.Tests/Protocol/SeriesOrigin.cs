namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Who has written what is there at the beginning.</summary>
internal enum SeriesOrigin
{
    /// <summary>Nothing is there.</summary>
    None,

    /// <summary>This library.</summary>
    Ours,

    /// <summary>This library, in another bucket: the generations in the metadata are not those of the objects.</summary>
    Copied,

    /// <summary>Python, whose metadata does not say which archive it describes.</summary>
    Python,
}
