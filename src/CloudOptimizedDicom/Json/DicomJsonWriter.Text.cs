using System.Buffers;
using System.Globalization;
using System.Text;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

/// <remarks>
/// Which padding goes is the Python library's choice, value representation by value representation, so that both write
/// the same text: of a list of code strings only the end of the last one, of other texts the end of each.
/// </remarks>
internal sealed partial class DicomJsonWriter
{
    private const int MaxDecimalStringBytes = 16;

    private static readonly SearchValues<byte> DecimalDigitsAndPoint = SearchValues.Create("0123456789."u8);

    private static ReadOnlySpan<byte> Padding => " \0"u8;

    private void WriteText(in Scope scope, DicomVr vr, ReadOnlySpan<byte> value)
    {
        WriteVr(vr);
        ReadOnlySpan<byte> trimmed = value.TrimEnd(Padding);
        if (trimmed.IsEmpty)
        {
            return;
        }

        _json.WriteStartArray("Value"u8);
        if (scope.CharacterSet.IsPlain(trimmed))
        {
            WriteValues(vr, trimmed);
        }
        else if (vr is DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.ST or DicomVr.UC or DicomVr.UT)
        {
            WriteDecoded(scope.CharacterSet, vr, trimmed);
        }
        else
        {
            // Beyond its repertoire, read as Latin-1 so that no byte is lost.
            WriteValues(vr, Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(trimmed)));
        }

        _json.WriteEndArray();
    }

    /// <summary>Text whose values a backslash byte separates.</summary>
    private void WriteValues(DicomVr vr, ReadOnlySpan<byte> utf8)
    {
        if (IsSingleText(vr))
        {
            WriteValue(vr, utf8);
            return;
        }

        foreach (Range range in utf8.Split((byte)'\\'))
        {
            WriteValue(vr, utf8[range]);
        }
    }

    /// <summary>Text whose separators only its character set can tell from second bytes of letters.</summary>
    private void WriteDecoded(SpecificCharacterSet characterSet, DicomVr vr, ReadOnlySpan<byte> value)
    {
        if (IsSingleText(vr))
        {
            WriteValue(vr, Encoding.UTF8.GetBytes(characterSet.Decode(value)));
            return;
        }

        foreach (string text in characterSet.DecodeValues(value, isPersonName: vr == DicomVr.PN))
        {
            WriteValue(vr, Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Texts in which a backslash is a character (PS3.5 section 6.2).</summary>
    private static bool IsSingleText(DicomVr vr) => vr is DicomVr.LT or DicomVr.ST or DicomVr.UT or DicomVr.UR;

    private void WriteValue(DicomVr vr, ReadOnlySpan<byte> utf8)
    {
        switch (vr)
        {
            case DicomVr.PN:
                WritePersonName(utf8);
                break;
            case DicomVr.DS:
                WriteDecimal(utf8);
                break;
            case DicomVr.IS:
                WriteInteger(utf8);
                break;
            case DicomVr.AE:
                _json.WriteStringValue(utf8.Trim(Padding));
                break;
            case DicomVr.LO or DicomVr.SH or DicomVr.UC:
                _json.WriteStringValue(utf8.TrimEnd(Padding));
                break;
            default:
                _json.WriteStringValue(utf8);
                break;
        }
    }

    /// <summary>
    /// One name: up to three groups (PS3.5 section 6.2.1). More are an error of the file and stay in the last, so that
    /// nothing is lost.
    /// </summary>
    private void WritePersonName(ReadOnlySpan<byte> name)
    {
        name = name.TrimEnd((byte)'=');
        if (name.IsEmpty)
        {
            _json.WriteNullValue();
            return;
        }

        _json.WriteStartObject();
        WriteNameGroup("Alphabetic"u8, ref name, isLast: false);
        WriteNameGroup("Ideographic"u8, ref name, isLast: false);
        WriteNameGroup("Phonetic"u8, ref name, isLast: true);
        _json.WriteEndObject();
    }

    private void WriteNameGroup(ReadOnlySpan<byte> property, ref ReadOnlySpan<byte> name, bool isLast)
    {
        // An empty rest means that the group before was the last: what ends in "=" was cut before.
        if (name.IsEmpty)
        {
            return;
        }

        int end = isLast ? -1 : name.IndexOf((byte)'=');
        _json.WriteString(property, end < 0 ? name : name[..end]);
        name = end < 0 ? default : name[(end + 1)..];
    }

    /// <summary>A legal decimal string as a number; another one as the text that it is.</summary>
    private void WriteDecimal(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = text.Trim(Padding);
        if (trimmed.IsEmpty)
        {
            _json.WriteNullValue();
        }
        else if (trimmed.Length <= MaxDecimalStringBytes && IsDecimal(trimmed)
            && double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            WriteFloat(number);
        }
        else
        {
            _json.WriteStringValue(text);
        }
    }

    /// <summary>A legal integer string as a number; another one as the text that it is.</summary>
    private void WriteInteger(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = text.Trim(Padding);
        if (trimmed.IsEmpty)
        {
            _json.WriteNullValue();
        }
        else if (int.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            _json.WriteNumberValue(number);
        }
        else
        {
            _json.WriteStringValue(text);
        }
    }

    /// <summary>Whether a text has only what a DS may (PS3.5 section 6.2): sign, digits, one point, an exponent.</summary>
    private static bool IsDecimal(ReadOnlySpan<byte> text)
    {
        int exponent = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponent < 0 ? text : text[..exponent];
        return IsSigned(mantissa, mayHavePoint: true) && (exponent < 0 || IsSigned(text[(exponent + 1)..], mayHavePoint: false));
    }

    private static bool IsSigned(ReadOnlySpan<byte> text, bool mayHavePoint)
    {
        ReadOnlySpan<byte> digits = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        int points = digits.Count((byte)'.');
        return points <= (mayHavePoint ? 1 : 0)
            && digits.Length > points
            && !digits.ContainsAnyExcept(DecimalDigitsAndPoint);
    }
}
