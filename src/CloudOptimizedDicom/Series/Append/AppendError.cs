namespace CloudOptimizedDicom;

/// <summary>An instance that was not taken.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Error">Why.</param>
public sealed record AppendError(Instance Instance, Exception Error);
