namespace CloudOptimizedDicom;

/// <summary>Instances of one series.</summary>
/// <param name="Id">The series, under the UIDs that it is stored under.</param>
/// <param name="Instances">The instances, in the order in which they came.</param>
public sealed record SeriesGroup(SeriesId Id, IReadOnlyList<Instance> Instances);
