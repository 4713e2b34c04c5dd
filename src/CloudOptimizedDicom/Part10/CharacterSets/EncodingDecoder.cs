using System.Text;

namespace CloudOptimizedDicom.Part10.CharacterSets;

/// <summary>Decodes the sets that are used alone, without code extensions: UTF-8, GB 18030 and its subset GBK.</summary>
internal sealed class EncodingDecoder : TextDecoder
{
    private readonly Encoding _encoding;

    private EncodingDecoder(Encoding encoding) => _encoding = encoding;

    public static EncodingDecoder Utf8 { get; } = new(Encoding.UTF8);

    public static EncodingDecoder Gb18030 { get; } = new(CodePagesEncodingProvider.Instance.GetEncoding(
        54936,
        EncoderFallback.ReplacementFallback,
        new DecoderReplacementFallback("\uFFFD"))!);

    public override string Decode(ReadOnlySpan<byte> value) => _encoding.GetString(value);

    // A second byte 0x5C is decoded with its first, so every backslash that comes out is a delimiter.
    public override string[] DecodeValues(ReadOnlySpan<byte> value, bool isPersonName) => Decode(value).Split('\\');
}
