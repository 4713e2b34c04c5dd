namespace CloudOptimizedDicom;

/// <summary>Instances of one series.</summary>
/// <param name="Id">The series, under the UIDs that it is stored under.</param>
/// <param name="Instances">The instances, in the order in which they came.</param>
/// <param name="IsRepeat">
/// Whether another group of the series was given out before. It costs what opening the series costs, and its archive down and
/// up once more. Input that is sorted by series has none.
/// </param>
public sealed record SeriesGroup(SeriesId Id, IReadOnlyList<Instance> Instances, bool IsRepeat = false);
