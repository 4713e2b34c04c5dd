using System.Buffers;
using System.Globalization;
using System.Text;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// What the reader found in one Part 10 file: every element with its place, flat and in file order, and the bytes of all
/// values that are not bulk data. Not thread-safe while it is filled; read-only and thread-safe afterwards.
/// </summary>
internal sealed class DicomDataset : IDisposable
{
    private const int MaxWarnings = 100;

    private DicomElement[] _elements = ArrayPool<DicomElement>.Shared.Rent(256);
    private int _count;
    private byte[]? _kept;
    private int _keptCount;
    private ReadOnlyMemory<byte> _file;

    /// <summary>Entries, those of sequences included.</summary>
    public int Count => _count;

    /// <summary>Bytes of values and headers that are held as copies.</summary>
    public int KeptBytes => _keptCount;

    /// <summary>Index of the first entry behind the file meta information.</summary>
    public int DatasetStart { get; set; }

    /// <summary>Where reading ended, in bytes from the beginning of the (inflated) file: at its end, or at what was not wanted.</summary>
    public long EndOffset { get; set; }

    /// <summary>Whether "DICM" stands at byte 128.</summary>
    public bool HasPart10Prefix { get; set; }

    public TransferSyntax TransferSyntax { get; set; } = TransferSyntax.FromUid("");

    /// <summary>Whether the file ended inside an element.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>What was found that DICOM does not allow, in the order of the file; the first hundred.</summary>
    public List<DicomWarning> Warnings { get; } = [];

    /// <summary>The one of the <see cref="Warnings"/> behind which nothing could be read; null where the file was read to its end.</summary>
    public DicomWarning? Damage { get; set; }

    /// <summary>Whether the tags of the top level do not strictly ascend, so one of them may occur twice.</summary>
    public bool IsUnordered { get; set; }

    /// <summary>The items of the top level's encapsulated Pixel Data; empty for native pixels.</summary>
    public List<PixelFragment> Fragments { get; } = [];

    public ref DicomElement this[int index] => ref _elements[index];

    public int Add(in DicomElement element)
    {
        if (_count == _elements.Length)
        {
            DicomElement[] larger = ArrayPool<DicomElement>.Shared.Rent(_count * 2);
            _elements.AsSpan(0, _count).CopyTo(larger);
            ArrayPool<DicomElement>.Shared.Return(_elements);
            _elements = larger;
        }

        _elements[_count] = element;
        return _count++;
    }

    public void Warn(DicomWarning warning)
    {
        if (Warnings.Count < MaxWarnings)
        {
            Warnings.Add(warning);
        }
    }

    /// <summary>Forgets all entries from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => _count = count;

    /// <summary>Takes the whole file as the kept bytes: nothing is copied, and a place in them is a place in the file.</summary>
    public void KeepFile(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>Keeps a copy of bytes that go by; returns how many are kept in all.</summary>
    public int Keep(ReadOnlySpan<byte> bytes)
    {
        if (_kept is null || _kept.Length - _keptCount < bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(4096, (int)Math.Min(Array.MaxLength, (_keptCount + (long)bytes.Length) * 2)));
            _kept.AsSpan(0, _keptCount).CopyTo(larger);
            if (_kept is not null)
            {
                ArrayPool<byte>.Shared.Return(_kept);
            }

            _kept = larger;
        }

        bytes.CopyTo(_kept.AsSpan(_keptCount));
        return _keptCount += bytes.Length;
    }

    /// <summary>The bytes of a value that were kept: all of it, or the head of bulk data.</summary>
    public ReadOnlySpan<byte> GetKept(in DicomElement element) => GetKept(element.KeptAt, element.Length);

    public ReadOnlySpan<byte> GetKept(in PixelFragment fragment) => GetKept(fragment.KeptAt, fragment.Length);

    /// <summary>Index of an element of the top level, the last one where a tag occurs twice; -1 when there is none.</summary>
    public int Find(DicomTag tag)
    {
        int start = tag.Group == 0x0002 ? 0 : DatasetStart;
        int end = tag.Group == 0x0002 ? DatasetStart : _count;
        int found = -1;
        for (int i = start; i < end; i = _elements[i].Next)
        {
            if (_elements[i].Tag == tag)
            {
                found = i;
            }
        }

        return found;
    }

    /// <summary>A UID of the top level without its padding; null when absent, empty or cut off.</summary>
    public string? GetUid(DicomTag tag) => GetText(tag) is { Length: > 0 } text ? text : null;

    /// <summary>The first number of a US, UL or IS element of the top level; null when absent or not a number.</summary>
    public long? GetInteger(DicomTag tag)
    {
        int index = Find(tag);
        if (index < 0)
        {
            return null;
        }

        ref DicomElement element = ref _elements[index];
        ReadOnlySpan<byte> value = GetKept(element);
        return element.Vr switch
        {
            DicomVr.US when value.Length >= 2 => DicomNumber.ReadUInt16(value, element.Has(DicomElementFlags.BigEndian)),
            DicomVr.UL when value.Length >= 4 => DicomNumber.ReadUInt32(value, element.Has(DicomElementFlags.BigEndian)),
            DicomVr.IS when long.TryParse(GetText(tag), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) => number,
            _ => null,
        };
    }

    /// <summary>A short text of the default repertoire without its padding; null when absent or cut off.</summary>
    public string? GetText(DicomTag tag)
    {
        int index = Find(tag);
        return index < 0 || _elements[index].Has(DicomElementFlags.Cut) ? null : Encoding.Latin1.GetString(GetKept(_elements[index]).Trim(" \0"u8));
    }

    public void Dispose()
    {
        ArrayPool<DicomElement>.Shared.Return(_elements);
        _elements = [];
        _count = 0;
        _file = default;
        if (_kept is not null)
        {
            ArrayPool<byte>.Shared.Return(_kept);
            _kept = null;
        }
    }

    private ReadOnlySpan<byte> GetKept(int keptAt, long length)
    {
        ReadOnlySpan<byte> all = _kept is null ? _file.Span : _kept.AsSpan(0, _keptCount);
        return keptAt >= all.Length ? default : all.Slice(keptAt, (int)Math.Min(length, all.Length - keptAt));
    }
}
