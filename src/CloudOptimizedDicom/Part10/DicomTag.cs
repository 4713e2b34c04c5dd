using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CloudOptimizedDicom.Part10;

/// <summary>The tag of a data element: a group and an element number (PS3.5 section 7.1).</summary>
public readonly partial record struct DicomTag : IComparable<DicomTag>
{
    /// <summary>Creates a tag from its 32-bit form, group in the upper half.</summary>
    /// <param name="value">Such as <c>0x00100010</c> for Patient's Name.</param>
    public DicomTag(uint value) => Value = value;

    /// <summary>Creates a tag.</summary>
    /// <param name="group">The group number.</param>
    /// <param name="element">The element number.</param>
    public DicomTag(ushort group, ushort element)
        : this(((uint)group << 16) | element)
    {
    }

    /// <summary>The 32-bit form, group in the upper half.</summary>
    public uint Value { get; }

    /// <summary>The group number.</summary>
    public ushort Group => (ushort)(Value >> 16);

    /// <summary>The element number.</summary>
    public ushort Element => (ushort)Value;

    /// <summary>Whether the group is odd, as those of private elements are (PS3.5 section 7.8).</summary>
    public bool IsPrivate => (Group & 1) != 0;

    /// <summary>Whether this element names the owner of a private block: (odd,0010) to (odd,00FF).</summary>
    public bool IsPrivateCreator => IsPrivate && Element is >= 0x0010 and <= 0x00FF;

    /// <summary>Whether one tag stands before another in a data set.</summary>
    /// <param name="left">The first tag.</param>
    /// <param name="right">The second tag.</param>
    /// <returns><see langword="true"/> when <paramref name="left"/> comes first.</returns>
    public static bool operator <(DicomTag left, DicomTag right) => left.Value < right.Value;

    /// <summary>Whether one tag stands behind another in a data set.</summary>
    /// <param name="left">The first tag.</param>
    /// <param name="right">The second tag.</param>
    /// <returns><see langword="true"/> when <paramref name="left"/> comes last.</returns>
    public static bool operator >(DicomTag left, DicomTag right) => left.Value > right.Value;

    /// <summary>Whether one tag is another or stands before it.</summary>
    /// <param name="left">The first tag.</param>
    /// <param name="right">The second tag.</param>
    /// <returns><see langword="true"/> when it is so.</returns>
    public static bool operator <=(DicomTag left, DicomTag right) => left.Value <= right.Value;

    /// <summary>Whether one tag is another or stands behind it.</summary>
    /// <param name="left">The first tag.</param>
    /// <param name="right">The second tag.</param>
    /// <returns><see langword="true"/> when it is so.</returns>
    public static bool operator >=(DicomTag left, DicomTag right) => left.Value >= right.Value;

    /// <summary>Reads <c>00100010</c> or <c>(0010,0010)</c>; letters of either case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tag">The tag, when the result is <see langword="true"/>.</param>
    /// <returns>Whether the text is a tag.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out DicomTag tag)
    {
        tag = default;
        if (text is { Length: 11 } && text[0] == '(' && text[5] == ',' && text[10] == ')')
        {
            text = string.Concat(text.AsSpan(1, 4), text.AsSpan(6, 4));
        }

        if (text is not { Length: 8 } || !uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            return false;
        }

        tag = new DicomTag(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    /// <summary>The tag as people write it.</summary>
    /// <returns>Such as <c>(0010,0010)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");

    /// <summary>The tag as the DICOM JSON model writes it (PS3.18 section F.2.2).</summary>
    /// <returns>Such as <c>00100010</c>.</returns>
    public string ToJsonName() => Value.ToString("X8", CultureInfo.InvariantCulture);
}
