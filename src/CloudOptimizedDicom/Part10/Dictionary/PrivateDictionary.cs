using System.Text;

namespace CloudOptimizedDicom.Part10.Dictionary;

/// <summary>
/// Representations of private elements, by the name that reserved their block (PS3.5 section 7.8). The rows of each
/// creator have one width and are sorted, so they are searched where they lie.
/// </summary>
internal sealed class PrivateDictionary
{
    private const int KeyLength = 8;
    private const int RowLength = KeyLength + 3;

    private readonly byte[] _text = DictionaryResource.Read("private.txt");
    private readonly Dictionary<string, Range> _creators = new(512, StringComparer.Ordinal);

    private PrivateDictionary()
    {
        for (int position = 0; position < _text.Length;)
        {
            int rows = position + _text.AsSpan(position).IndexOf((byte)'\n') + 1;
            int end = rows;
            while (end < _text.Length && _text[end] != '=')
            {
                end += RowLength;
            }

            _creators.Add(Encoding.UTF8.GetString(_text.AsSpan((position + 1)..(rows - 1))), rows..end);
            position = end;
        }
    }

    public static PrivateDictionary Instance { get; } = new();

    /// <summary>
    /// The representation; of (0029,1008) it is looked for under 00291008, then 0029xx08 for any block, then 00xxxx08
    /// for any group.
    /// </summary>
    public DictionaryVr FindVr(DicomTag tag, string creator)
    {
        if (!_creators.TryGetValue(creator, out Range range))
        {
            return DictionaryVr.None;
        }

        ReadOnlySpan<byte> rows = _text.AsSpan(range);
        Span<byte> key = stackalloc byte[KeyLength];
        tag.Value.TryFormat(key, out _, "x8");
        if (Search(rows, key, out DictionaryVr vr))
        {
            return vr;
        }

        key[4..6].Fill((byte)'x');
        if (Search(rows, key, out vr))
        {
            return vr;
        }

        key[2..4].Fill((byte)'x');
        return Search(rows, key, out vr) ? vr : DictionaryVr.None;
    }

    private static bool Search(ReadOnlySpan<byte> rows, ReadOnlySpan<byte> key, out DictionaryVr vr)
    {
        int low = 0;
        int high = rows.Length / RowLength;
        while (low < high)
        {
            int middle = (low + high) / 2;
            ReadOnlySpan<byte> row = rows.Slice(middle * RowLength, RowLength);
            int order = row[..KeyLength].SequenceCompareTo(key);
            if (order == 0)
            {
                vr = row.Slice(KeyLength, 2).ToDictionaryVr();
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        vr = DictionaryVr.None;
        return false;
    }
}
