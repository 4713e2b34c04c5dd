namespace CloudOptimizedDicom;

/// <summary>How a metadata.json keeps the tags of an instance.</summary>
public enum MetadataVersion
{
    /// <summary>1.0: as a plain DICOM JSON object, which browser clients need.</summary>
    V1 = 1,

    /// <summary>2.0: as a compressed string, a fifth of the size.</summary>
    V2 = 2,
}
