namespace CloudOptimizedDicom.Part10;

/// <summary>What the standard says of each value representation.</summary>
internal static class DicomVrExtensions
{
    /// <summary>Whether the two letters are one of the standard's (PS3.5 section 6.2).</summary>
    public static bool IsStandard(this DicomVr vr) => vr
        is DicomVr.AE or DicomVr.AS or DicomVr.AT or DicomVr.CS or DicomVr.DA or DicomVr.DS or DicomVr.DT or DicomVr.FD or DicomVr.FL
        or DicomVr.IS or DicomVr.LO or DicomVr.LT or DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL or DicomVr.OV or DicomVr.OW
        or DicomVr.PN or DicomVr.SH or DicomVr.SL or DicomVr.SQ or DicomVr.SS or DicomVr.ST or DicomVr.SV or DicomVr.TM or DicomVr.UC
        or DicomVr.UI or DicomVr.UL or DicomVr.UN or DicomVr.UR or DicomVr.US or DicomVr.UT or DicomVr.UV;

    /// <summary>Whether an explicit header has two reserved bytes and a 32-bit length (PS3.5 section 7.1.2).</summary>
    public static bool HasLongLength(this DicomVr vr) => vr switch
    {
        DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL or DicomVr.OV or DicomVr.OW => true,
        DicomVr.SQ or DicomVr.SV or DicomVr.UC or DicomVr.UN or DicomVr.UR or DicomVr.UT or DicomVr.UV => true,
        _ => false,
    };

    /// <summary>Whether the value is bytes that are stored as base64 or as bulk data (PS3.18 section F.2.7).</summary>
    public static bool IsBinary(this DicomVr vr) => vr switch
    {
        DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL or DicomVr.OV or DicomVr.OW or DicomVr.UN => true,
        _ => false,
    };

    /// <summary>Bytes of one number of a binary numeric representation; 0 for the others.</summary>
    public static int NumberSize(this DicomVr vr) => vr switch
    {
        DicomVr.US or DicomVr.SS => 2,
        DicomVr.UL or DicomVr.SL or DicomVr.FL or DicomVr.AT => 4,
        DicomVr.FD or DicomVr.SV or DicomVr.UV => 8,
        _ => 0,
    };

    /// <summary>The two letters, or a hexadecimal form when they are not letters.</summary>
    public static string ToLetters(this DicomVr vr)
    {
        char first = (char)((ushort)vr & 0xFF);
        char second = (char)((ushort)vr >> 8);
        return char.IsAsciiLetterOrDigit(first) && char.IsAsciiLetterOrDigit(second)
            ? string.Create(2, (first, second), static (span, pair) => (span[0], span[1]) = pair)
            : $"0x{(ushort)vr:X4}";
    }
}
