using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>An instance has warnings, and <see cref="AppendOptions.Strict"/> is set.</summary>
public sealed class InstanceRefusedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="warnings">What it has that DICOM does not allow, one or more.</param>
    public InstanceRefusedException(string uri, IReadOnlyList<DicomWarning> warnings)
        : base($"{uri} is not stored, because only instances without warnings are to be: {Describe(warnings)}.")
    {
        Uri = uri;
        Warnings = warnings;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>What it has that DICOM does not allow.</summary>
    public IReadOnlyList<DicomWarning> Warnings { get; }

    private static string Describe(IReadOnlyList<DicomWarning> warnings)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        return warnings.Count == 1 ? warnings[0].Message : $"{warnings[0].Message}, and {warnings.Count - 1} more";
    }
}
