namespace CloudOptimizedDicom;

/// <summary>Bytes of an instance on their way.</summary>
/// <param name="Content">From the byte asked for on, forward; or all of the instance, which can seek and stands there.</param>
/// <param name="IsWhole">Whether it is all of the instance, fetched to be sure of it, and so of use for every other range.</param>
internal readonly record struct OpenedRange(Stream Content, bool IsWhole);
