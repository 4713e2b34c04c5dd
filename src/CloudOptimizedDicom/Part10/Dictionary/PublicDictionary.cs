using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;

namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>
/// The elements of PS3.6 and PS3.7. The text is scanned once for tags and representations; entries with their names are
/// made when asked for.
/// </summary>
internal sealed class PublicDictionary
{
    private const int TagLength = 8;

    private readonly byte[] _text = DictionaryResource.Read("public.tsv");
    private readonly uint[] _tags;
    private readonly DictionaryVr[] _vrs;
    private readonly int[] _lines;
    private readonly RepeatingElement[] _repeating;
    private readonly DicomDictionaryEntry?[] _entries;
    private readonly Lazy<FrozenDictionary<string, DicomTag>> _keywords;

    private PublicDictionary()
    {
        List<uint> tags = new(5000);
        List<DictionaryVr> vrs = new(5000);
        List<int> lines = new(5000);
        List<RepeatingElement> repeating = [];
        for (int line = NextLine(0); line < _text.Length; line = NextLine(line))
        {
            ReadOnlySpan<byte> tag = _text.AsSpan(line, TagLength);
            DictionaryVr vr = ((ReadOnlySpan<byte>)_text.AsSpan(line + TagLength + 1, 2)).ToDictionaryVr();
            if (Utf8Parser.TryParse(tag, out uint value, out int used, 'X') && used == TagLength)
            {
                tags.Add(value);
                vrs.Add(vr);
                lines.Add(line);
            }
            else
            {
                repeating.Add(RepeatingElement.Parse(tag, vr, line));
            }
        }

        _tags = [.. tags];
        _vrs = [.. vrs];
        _lines = [.. lines];
        _repeating = [.. repeating];
        _entries = new DicomDictionaryEntry?[_tags.Length];
        _keywords = new Lazy<FrozenDictionary<string, DicomTag>>(IndexKeywords);
    }

    public static PublicDictionary Instance { get; } = new();

    /// <summary>All elements that have a tag of their own, in order.</summary>
    public ReadOnlySpan<uint> Tags => _tags;

    /// <summary>The representation of a public element.</summary>
    public DictionaryVr FindVr(DicomTag tag)
    {
        int index = Array.BinarySearch(_tags, tag.Value);
        if (index >= 0)
        {
            return _vrs[index];
        }

        return IsGroupLength(tag) ? (DictionaryVr)DicomVr.UL : FindRepeating(tag)?.Vr ?? DictionaryVr.None;
    }

    /// <summary>All that is known of a public element.</summary>
    public DicomDictionaryEntry? Find(DicomTag tag)
    {
        int index = Array.BinarySearch(_tags, tag.Value);
        if (index >= 0)
        {
            return _entries[index] ??= ReadEntry(tag, _vrs[index], _lines[index]);
        }

        if (IsGroupLength(tag))
        {
            return new DicomDictionaryEntry(tag, (DictionaryVr)DicomVr.UL, "1", isRetired: true, keyword: "", "Group Length");
        }

        return FindRepeating(tag) is { } repeating ? ReadEntry(tag, repeating.Vr, repeating.Line) : null;
    }

    /// <summary>The tag of a keyword, in any case; of repeating groups the first.</summary>
    public bool TryFindKeyword(string keyword, out DicomTag tag) => _keywords.Value.TryGetValue(keyword, out tag);

    private static bool IsGroupLength(DicomTag tag) => tag.Element == 0 && !tag.IsPrivate;

    private RepeatingElement? FindRepeating(DicomTag tag)
    {
        if (!tag.IsPrivate)
        {
            foreach (RepeatingElement repeating in _repeating)
            {
                if (repeating.Matches(tag))
                {
                    return repeating;
                }
            }
        }

        return null;
    }

    private FrozenDictionary<string, DicomTag> IndexKeywords()
    {
        Dictionary<string, DicomTag> keywords = new(_tags.Length + _repeating.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < _tags.Length; i++)
        {
            Add(Fields(_lines[i])[4], new DicomTag(_tags[i]));
        }

        foreach (RepeatingElement repeating in _repeating.Where(r => r.RepeatsByGroup))
        {
            Add(Fields(repeating.Line)[4], repeating.First);
        }

        return keywords.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

        void Add(string keyword, DicomTag tag)
        {
            // A few retired elements have lost their names.
            if (keyword.Length > 0)
            {
                keywords.Add(keyword, tag);
            }
        }
    }

    private DicomDictionaryEntry ReadEntry(DicomTag tag, DictionaryVr vr, int line)
    {
        string[] fields = Fields(line);
        return new DicomDictionaryEntry(tag, vr, fields[2], fields[3].Length > 0, fields[4], fields[5]);
    }

    private string[] Fields(int line) => Encoding.UTF8.GetString(_text, line, NextLine(line) - line - 1).Split('\t');

    private int NextLine(int line) => line + _text.AsSpan(line).IndexOf((byte)'\n') + 1;
}
