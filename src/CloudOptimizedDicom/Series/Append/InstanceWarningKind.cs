namespace CloudOptimizedDicom;

/// <summary>What an <see cref="InstanceWarning"/> is about.</summary>
public enum InstanceWarningKind
{
    /// <summary>
    /// The series has the same picture under another SOP Instance UID: Python has stored it as JPEG 2000, and named it anew. The
    /// instance is new all the same unless <see cref="AppendOptions.SameByPath"/> is set.
    /// </summary>
    StoredUnderOtherUid,

    /// <summary>
    /// Its file has something that DICOM does not allow, which <see cref="InstanceWarning.Dicom"/> describes. It is taken as it is
    /// unless <see cref="AppendOptions.Strict"/> is set.
    /// </summary>
    NotConforming,
}
