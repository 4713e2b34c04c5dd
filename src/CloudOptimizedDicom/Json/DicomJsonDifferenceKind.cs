namespace CloudOptimizedDicom.Json;

/// <summary>How two data sets differ in a tag.</summary>
internal enum DicomJsonDifferenceKind
{
    /// <summary>Only the second one has it, or more of it.</summary>
    Less,

    /// <summary>Only the first one has it, or more of it.</summary>
    More,

    /// <summary>Both describe the same bytes in another way: as bulk data with another beginning, or as bytes with padding.</summary>
    Form,

    /// <summary>They contradict each other.</summary>
    Value,
}
