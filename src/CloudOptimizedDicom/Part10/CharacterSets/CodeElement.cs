namespace CloudOptimizedDicom.Part10.CharacterSets;

/// <summary>
/// A character set that an escape sequence puts into the lower (G0) or the upper (G1) half of the code space (PS3.3
/// section C.12.1.1.2, PS3.5 section 6.1.2.5).
/// </summary>
internal sealed class CodeElement
{
    private readonly Lazy<CodeTable> _table;

    private CodeElement(int registration, string escape, bool isUpper, Func<CodeTable> table)
    {
        Registration = registration;
        Escape = escape;
        IsUpper = isUpper;
        _table = new Lazy<CodeTable>(table);
    }

    public static CodeElement Ascii { get; } = Lower(6, "(B", () => CodeTable.Single(code => (char)code));

    public static CodeElement Latin1 { get; } = Upper(100, "-A", 28591);

    /// <summary>JIS X 0201: ASCII but for two characters.</summary>
    public static CodeElement Romaji { get; } =
        Lower(14, "(J", () => CodeTable.Single(code => code switch { 0x5C => '\u00A5', 0x7E => '\u203E', _ => (char)code }));

    /// <summary>JIS X 0201: half-width katakana.</summary>
    public static CodeElement Katakana { get; } = new(13, ")I", isUpper: true, () => CodeTable.Single(code =>
        code is > 0x20 and < 0x60 ? (char)(0xFF40 + code) : CodeTable.Undefined));

    /// <summary>All sets that may be designated.</summary>
    public static IReadOnlyList<CodeElement> All { get; } =
    [
        Ascii,
        Romaji,
        Katakana,
        Latin1,
        Upper(101, "-B", 28592),
        Upper(109, "-C", 28593),
        Upper(110, "-D", 28594),
        Upper(126, "-F", 28597),
        Upper(127, "-G", 28596),
        Upper(138, "-H", 28598),
        Upper(144, "-L", 28595),
        Upper(148, "-M", 28599),
        Upper(166, "-T", 874),
        Upper(203, "-b", 28605),
        Lower(87, "$B", () => CodeTable.Double(20932, 0x80, 0x80)),
        Lower(42, "$@", () => CodeTable.Double(20932, 0x80, 0x80)),
        Lower(159, "$(D", () => CodeTable.Double(20932, 0x80, 0)),
        new(149, "$)C", isUpper: true, () => CodeTable.Double(949, 0x80, 0x80)),
        new(58, "$)A", isUpper: true, () => CodeTable.Double(936, 0x80, 0x80)),
    ];

    /// <summary>The number in the ISO registry, which the defined terms carry.</summary>
    public int Registration { get; }

    /// <summary>What follows ESC to designate the set.</summary>
    public string Escape { get; }

    public bool IsUpper { get; }

    public CodeTable Table => _table.Value;

    /// <summary>The set that is designated by what follows an ESC.</summary>
    public static CodeElement? FindEscape(ReadOnlySpan<byte> afterEscape)
    {
        foreach (CodeElement element in All)
        {
            if (System.Text.Ascii.Equals(afterEscape[..Math.Min(element.Escape.Length, afterEscape.Length)], element.Escape))
            {
                return element;
            }
        }

        return null;
    }

    private static CodeElement Lower(int registration, string escape, Func<CodeTable> table) =>
        new(registration, escape, isUpper: false, table);

    private static CodeElement Upper(int registration, string escape, int codePage) =>
        new(registration, escape, isUpper: true, () => CodeTable.UpperHalf(codePage));
}
