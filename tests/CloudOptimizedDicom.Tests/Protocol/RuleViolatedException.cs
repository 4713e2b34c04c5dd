namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A schedule has led where the protocol must never lead.</summary>
internal sealed class RuleViolatedException(string message) : Exception(message);
