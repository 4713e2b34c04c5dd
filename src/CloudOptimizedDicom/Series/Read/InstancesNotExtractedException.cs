namespace CloudOptimizedDicom;

/// <summary>Some instances were not written to files, since the archive does not hold their bytes; all others were.</summary>
public sealed class InstancesNotExtractedException : CodException
{
    private const int MaxNamed = 5;

    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="files">The files of the other instances, in stored order.</param>
    /// <param name="faults">What is wrong, one for each instance without a file.</param>
    public InstancesNotExtractedException(string seriesUri, IReadOnlyList<string> files, IReadOnlyList<TarValidationException> faults)
        : base(ToMessage(seriesUri, files, faults), faults is [{ } first, ..] ? first : null)
    {
        Files = files;
        Faults = faults;
    }

    /// <summary>The files of the other instances, in stored order.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What is wrong, one for each instance without a file.</summary>
    public IReadOnlyList<TarValidationException> Faults { get; }

    private static string ToMessage(string seriesUri, IReadOnlyList<string> files, IReadOnlyList<TarValidationException> faults)
    {
        string more = faults.Count > MaxNamed ? $" And {faults.Count - MaxNamed} more." : "";
        return $"{faults.Count} of {files.Count + faults.Count} instances of {seriesUri} were not extracted: "
            + $"{string.Join(' ', faults.Take(MaxNamed).Select(fault => fault.Message))}{more} cod repair --from puts back what originals have.";
    }
}
