namespace CloudOptimizedDicom;

/// <summary>One thing that a repair does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The instance, member or object that it is done to.</param>
/// <param name="Message">Why, or from what.</param>
public sealed record RepairAction(RepairActionKind Kind, string Subject, string Message);
