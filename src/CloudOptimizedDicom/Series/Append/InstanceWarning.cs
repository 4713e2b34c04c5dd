using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

/// <summary>Something about an instance that whoever stores it should know. It is no error: the lists of the result say what became of it.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">The figures, and what to do about it where something can be done.</param>
public sealed record InstanceWarning(Instance Instance, InstanceWarningKind Kind, string Message)
{
    /// <summary>Of <see cref="InstanceWarningKind.NotConforming"/>: what the file has, and where; <see langword="null"/> for other kinds.</summary>
    public DicomWarning? Dicom { get; init; }
}
