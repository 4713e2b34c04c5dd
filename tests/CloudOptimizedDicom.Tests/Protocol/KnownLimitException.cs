namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A schedule has led to a place that no fence keeps a writer from (decision 0006, "What remains").</summary>
internal sealed class KnownLimitException(string message) : Exception(message);
