namespace CloudOptimizedDicom;

/// <summary>What became of one dependency.</summary>
/// <param name="Uri">It, as the metadata names it.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="SizeBytes">Its bytes; 0 when not known.</param>
/// <param name="Reason">Why it stays, or why it was deleted without proof; <see langword="null"/> otherwise.</param>
/// <param name="Proof">What proved that it can go; <see langword="null"/> when it stays.</param>
public sealed record DependencyOutcome(
    string Uri, DependencyFate Fate, long SizeBytes = 0, string? Reason = null, DependencyProof? Proof = null);
