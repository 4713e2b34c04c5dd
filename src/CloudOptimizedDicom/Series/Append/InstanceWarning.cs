namespace CloudOptimizedDicom;

/// <summary>Something about an instance that whoever stores it should know. It is no error: the lists of the result say what became of it.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">The figures, and what to do about it where something can be done.</param>
public sealed record InstanceWarning(Instance Instance, InstanceWarningKind Kind, string Message);
