using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>An element that stands for many tags, such as (60xx,3000) (PS3.5 section 7.6).</summary>
/// <param name="First">The tag with zeros for the free digits.</param>
/// <param name="Mask">Set bits where a tag must agree with <paramref name="First"/>.</param>
/// <param name="Vr">The representation.</param>
/// <param name="Line">Where the dictionary's text describes it.</param>
internal readonly record struct RepeatingElement(DicomTag First, uint Mask, DictionaryVr Vr, int Line)
{
    /// <summary>Whether groups repeat; else element numbers do, and the one with zeros may be another element.</summary>
    public bool RepeatsByGroup => (Mask & 0xFFFF) == 0xFFFF;

    /// <summary>Reads eight characters: hexadecimal digits, and x where any digit may stand.</summary>
    public static RepeatingElement Parse(ReadOnlySpan<byte> pattern, DictionaryVr vr, int line)
    {
        string text = Encoding.ASCII.GetString(pattern);
        uint first = uint.Parse(text.Replace('x', '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        uint mask = 0;
        foreach (char digit in text)
        {
            mask = (mask << 4) | (digit == 'x' ? 0u : 0xF);
        }

        return new RepeatingElement(new DicomTag(first), mask, vr, line);
    }

    /// <summary>Whether the tag is one of those meant.</summary>
    public bool Matches(DicomTag tag) => ((tag.Value ^ First.Value) & Mask) == 0;
}
