namespace CloudOptimizedDicom;

/// <summary>One instance of a series that goes by, checked.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Content">Its bytes, from the first on; can seek. It ends when the next instance is asked for.</param>
public sealed record StreamedInstance(Instance Instance, Stream Content);
