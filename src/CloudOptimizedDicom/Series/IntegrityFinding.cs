namespace CloudOptimizedDicom;

/// <summary>One thing that is wrong with a series.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The instance, member or object that it is about.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record IntegrityFinding(IntegrityFindingKind Kind, string Subject, string Message);
