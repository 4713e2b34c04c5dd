using System.Buffers.Text;
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
    private Dictionary<string, uint>? _keywords;

    private PublicDictionary()
    {
        int lines = _text.AsSpan().Count((byte)'\n');
        _tags = new uint[lines];
        _vrs = new DictionaryVr[lines];
        _lines = new int[lines];
        _repeating = new RepeatingElement[lines];
        int tags = 0;
        int repeating = 0;
        for (int line = NextLine(0); line < _text.Length; line = NextLine(line))
        {
            ReadOnlySpan<byte> tag = _text.AsSpan(line, TagLength);
            DictionaryVr vr = ((ReadOnlySpan<byte>)_text.AsSpan(line + TagLength + 1, 2)).ToDictionaryVr();
            if (Utf8Parser.TryParse(tag, out uint value, out int used, 'X') && used == TagLength)
            {
                (_tags[tags], _vrs[tags], _lines[tags]) = (value, vr, line);
                tags++;
            }
            else
            {
                _repeating[repeating++] = RepeatingElement.Parse(tag, vr, line);
            }
        }

        Array.Resize(ref _tags, tags);
        Array.Resize(ref _repeating, repeating);
        _entries = new DicomDictionaryEntry?[tags];
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
    public bool TryFindKeyword(string keyword, out DicomTag tag)
    {
        bool found = (_keywords ??= IndexKeywords()).TryGetValue(keyword, out uint value);
        tag = new DicomTag(value);
        return found;
    }

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

    private Dictionary<string, uint> IndexKeywords()
    {
        Dictionary<string, uint> keywords = new(_tags.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < _tags.Length; i++)
        {
            keywords[Fields(_lines[i])[4]] = _tags[i];
        }

        foreach (RepeatingElement repeating in _repeating)
        {
            if (repeating.RepeatsByGroup)
            {
                keywords[Fields(repeating.Line)[4]] = repeating.First.Value;
            }
        }

        // A few retired elements have lost their names.
        keywords.Remove("");
        return keywords;
    }

    private DicomDictionaryEntry ReadEntry(DicomTag tag, DictionaryVr vr, int line)
    {
        string[] fields = Fields(line);
        return new DicomDictionaryEntry(tag, vr, fields[2], fields[3].Length > 0, fields[4], fields[5]);
    }

    private string[] Fields(int line) => Encoding.UTF8.GetString(_text, line, NextLine(line) - line - 1).Split('\t');

    private int NextLine(int line) => line + _text.AsSpan(line).IndexOf((byte)'\n') + 1;
}
