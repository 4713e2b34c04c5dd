namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>Reads and resolves <see cref="DictionaryVr"/>.</summary>
internal static class DictionaryVrExtensions
{
    /// <summary>Reads the two letters that the data files use.</summary>
    public static DictionaryVr ToDictionaryVr(this ReadOnlySpan<byte> letters) =>
        letters[0] == '-' ? DictionaryVr.None : (DictionaryVr)(letters[0] | (letters[1] << 8));

    /// <summary>The representation, when the dictionary names exactly one.</summary>
    public static bool TryGetSingle(this DictionaryVr vr, out DicomVr single)
    {
        single = (DicomVr)vr;
        return single.IsStandard();
    }

    /// <summary>The representations that the dictionary allows, in the order of PS3.6; none for items.</summary>
    public static IReadOnlyList<DicomVr> ToChoices(this DictionaryVr vr) => vr switch
    {
        DictionaryVr.None => [],
        DictionaryVr.UsOrSs => [DicomVr.US, DicomVr.SS],
        DictionaryVr.ObOrOw => [DicomVr.OB, DicomVr.OW],
        DictionaryVr.UsOrOw => [DicomVr.US, DicomVr.OW],
        DictionaryVr.UsOrSsOrOw => [DicomVr.US, DicomVr.SS, DicomVr.OW],
        _ => [(DicomVr)vr],
    };
}
