using System.Globalization;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Json;

internal sealed partial class DicomJsonWriter
{
    private void WriteNumbers(DicomVr vr, ReadOnlySpan<byte> value, bool bigEndian)
    {
        WriteVr(vr);
        if (value.IsEmpty)
        {
            return;
        }

        int size = vr.NumberSize();
        _json.WriteStartArray("Value"u8);
        for (; value.Length >= size; value = value[size..])
        {
            WriteNumber(vr, value, bigEndian);
        }

        _json.WriteEndArray();
    }

    private void WriteNumber(DicomVr vr, ReadOnlySpan<byte> value, bool bigEndian)
    {
        switch (vr)
        {
            case DicomVr.US:
                _json.WriteNumberValue(DicomNumber.ReadUInt16(value, bigEndian));
                break;
            case DicomVr.SS:
                _json.WriteNumberValue((short)DicomNumber.ReadUInt16(value, bigEndian));
                break;
            case DicomVr.UL:
                _json.WriteNumberValue(DicomNumber.ReadUInt32(value, bigEndian));
                break;
            case DicomVr.SL:
                _json.WriteNumberValue((int)DicomNumber.ReadUInt32(value, bigEndian));
                break;
            case DicomVr.UV:
                _json.WriteNumberValue(DicomNumber.ReadUInt64(value, bigEndian));
                break;
            case DicomVr.SV:
                _json.WriteNumberValue((long)DicomNumber.ReadUInt64(value, bigEndian));
                break;
            case DicomVr.FL:
                WriteFloat(BitConverter.UInt32BitsToSingle(DicomNumber.ReadUInt32(value, bigEndian)));
                break;
            case DicomVr.FD:
                WriteFloat(BitConverter.UInt64BitsToDouble(DicomNumber.ReadUInt64(value, bigEndian)));
                break;
            case DicomVr.AT:
                Span<byte> digits = stackalloc byte[8];
                DicomNumber.ReadTag(value, bigEndian).Value.TryFormat(digits, out _, "X8");
                _json.WriteStringValue(digits);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(vr), vr, "Not a binary number.");
        }
    }

    /// <summary>
    /// The shortest text that reads back as the same number, always with a point or an exponent so that readers which
    /// tell integers from floating point, as Python does, see a float. JSON has no word for the others: they become strings.
    /// </summary>
    private void WriteFloat(double number)
    {
        if (!double.IsFinite(number))
        {
            _json.WriteStringValue(double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8);
            return;
        }

        Span<byte> text = stackalloc byte[40];
        number.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        if (text[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }

        _json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}
