namespace CloudOptimizedDicom.Part10;

/// <summary>
/// The frames of an instance that was parsed whole, also those that a <see cref="FrameIndex"/> cannot name: a single one,
/// those that begin inside a byte, and those of a Deflated instance. Immutable and thread-safe.
/// </summary>
internal sealed class ParsedFrames
{
    private readonly ByteRange _value;
    private readonly List<PixelFragment> _fragments = [];
    private readonly ulong? _frameBits;

    public ParsedFrames(DicomDataset dataset)
    {
        TransferSyntax = dataset.TransferSyntax;
        Index = FrameIndexBuilder.Build(dataset);
        int pixels = FrameIndexBuilder.FindPixels(dataset);
        if (pixels < 0)
        {
            return;
        }

        FrameCount = dataset.GetInteger(DicomTag.NumberOfFrames) is > 1 and <= int.MaxValue and var count ? (int)count : 1;
        DicomElement element = dataset[pixels];
        _value = new ByteRange(element.ValueOffset, element.Length);
        if (element.Has(DicomElementFlags.Encapsulated))
        {
            IsEncapsulated = true;
            _fragments.AddRange(dataset.Fragments.Skip(1));
            Problem = FindProblem(dataset);
            return;
        }

        _frameBits = FrameIndexBuilder.GetFrameBits(dataset);
        Problem = FindProblem(element);
        if (TransferSyntax.IsDeflated && dataset.DatasetStart > 0)
        {
            ref DicomElement lastOfMeta = ref dataset[dataset.DatasetStart - 1];
            DeflatedFrom = lastOfMeta.ValueOffset + lastOfMeta.Length;
        }
    }

    public TransferSyntax TransferSyntax { get; }

    /// <summary>The same as ranges of the file, where that can be said.</summary>
    public FrameIndex? Index { get; }

    /// <summary>0 without pixels.</summary>
    public int FrameCount { get; }

    public bool IsEncapsulated { get; }

    /// <summary>Why no frame can be given; null when each can.</summary>
    public string? Problem { get; }

    /// <summary>Where the deflate stream begins; places behind it are those of the inflated file. Null without one.</summary>
    public long? DeflatedFrom { get; }

    /// <summary>Where a frame is; only to be asked when there is no <see cref="Problem"/>.</summary>
    /// <param name="frame">Its place, from 0.</param>
    public ParsedFrame GetFrame(int frame)
    {
        if (IsEncapsulated)
        {
            ByteRange[] parts = [.. FindFragments(frame).Select(fragment => new ByteRange(fragment.Offset, fragment.Length))];
            return new ParsedFrame(parts, 0, parts.Sum(part => part.Length) * 8);
        }

        // Where there are several, all of them are within the value, so their bits can be counted.
        long bits = (long?)_frameBits ?? (_value.Length * 8);
        long start = frame * bits;
        var bytes = ByteRange.FromStartAndEnd(_value.Offset + (start / 8), _value.Offset + ((start + bits + 7) / 8));
        return new ParsedFrame([bytes], (int)(start % 8), bits);
    }

    private IEnumerable<PixelFragment> FindFragments(int frame)
    {
        if (Index is not { } index)
        {
            return _fragments;
        }

        int first = _fragments.BinarySearch(
            new PixelFragment(index[frame].Offset, 0, 0), Comparer<PixelFragment>.Create(static (a, b) => a.Offset.CompareTo(b.Offset)));
        return _fragments.Skip(first).TakeWhile(fragment => fragment.End <= index[frame].End);
    }

    private string? FindProblem(DicomDataset dataset) =>
        Codestream.IsVideo(TransferSyntax) && FrameCount > 1 ? $"they are {TransferSyntax.Name}, which has to be decoded from the beginning"
            : dataset.IsTruncated ? "its file ends early"
            : dataset.Damage is { } damage ? damage.Message
            : _fragments.Count == 0 ? "its pixel data is empty"
            : FrameCount > 1 && Index is null ? $"nothing tells which of {_fragments.Count} fragments belong to which of {FrameCount} frames"
            : null;

    private string? FindProblem(in DicomElement pixels)
    {
        if (_frameBits is not { } bits)
        {
            return FrameCount == 1 ? null : "rows, columns, bits or samples are missing";
        }

        bool isSwapped = TransferSyntax.IsBigEndian && pixels.Vr == DicomVr.OW;
        return bits > (UInt128)_value.Length * 8 / (uint)FrameCount ? $"{FrameCount} of {bits} bits do not fit into {_value.Length} bytes of pixel data"
            : bits % 8 != 0 && isSwapped ? "they end inside a byte and are big endian"
            : null;
    }
}
