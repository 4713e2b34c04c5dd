using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CloudOptimizedDicom.Json;

/// <summary>Strings of JSON that is known to be UTF-8.</summary>
/// <remarks>
/// Python writes half a surrogate pair as an escape, which the runtime's reader refuses to return; here it becomes U+FFFD.
/// </remarks>
internal static class JsonText
{
    public static string Read(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException) when (reader.ValueIsEscaped)
        {
            return Unescape(reader.ValueSpan);
        }
    }

    /// <summary>Whether the string or property name that the reader stands on is this one.</summary>
    public static bool IsEqual(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => reader.ValueIsEscaped
        ? Encoding.UTF8.GetBytes(Read(ref reader)).AsSpan().SequenceEqual(text)
        : reader.ValueSpan.SequenceEqual(text);

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (escaped.IndexOf((byte)'\\') is >= 0 and int position)
        {
            text.Append(Encoding.UTF8.GetString(escaped[..position]));
            (char character, int length) = escaped[position + 1] switch
            {
                (byte)'u' => (ReadHex(escaped.Slice(position + 2, 4)), 6),
                (byte)'n' => ('\n', 2),
                (byte)'r' => ('\r', 2),
                (byte)'t' => ('\t', 2),
                (byte)'b' => ('\b', 2),
                (byte)'f' => ('\f', 2),
                byte other => ((char)other, 2),
            };
            text.Append(character);
            escaped = escaped[(position + length)..];
        }

        text.Append(Encoding.UTF8.GetString(escaped));
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static char ReadHex(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
