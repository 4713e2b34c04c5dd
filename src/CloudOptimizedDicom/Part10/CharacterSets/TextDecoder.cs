namespace CloudOptimizedDicom.Part10.CharacterSets;

/// <summary>Turns the bytes of text elements into characters. It never fails: what has no meaning becomes U+FFFD.</summary>
internal abstract class TextDecoder
{
    /// <summary>Whether bytes below 0x80 without an ESC are ASCII.</summary>
    public virtual bool IsAsciiCompatible => true;

    /// <summary>Decodes a text that is one value, whatever backslashes it has.</summary>
    public abstract string Decode(ReadOnlySpan<byte> value);

    /// <summary>Decodes values that backslashes separate; a byte 0x5C inside a character separates nothing.</summary>
    /// <param name="value">The bytes of all values.</param>
    /// <param name="isPersonName">Whether <c>^</c> and <c>=</c> are delimiters as well.</param>
    public abstract string[] DecodeValues(ReadOnlySpan<byte> value, bool isPersonName);
}
