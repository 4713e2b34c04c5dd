namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Reads a Part 10 file front to back, in windows of any size, and fills a <see cref="DicomDataset"/>. It never needs more
/// than 132 bytes at a time, never goes back, and holds of each value only what <see cref="Part10Limits"/> says.
/// </summary>
/// <remarks>
/// Lenient where bytes can still be told apart: a file that ends early keeps what is there, a length counts up to the end of
/// what is around it, a damaged sequence of defined length becomes one UN element with its raw bytes, and of a file that
/// makes no sense from some place on everything before it is kept. Each of these is a warning of the data set.
/// </remarks>
internal sealed partial class Part10Scanner
{
    private const int PreambleBytes = 128;

    private readonly Part10Limits _limits;
    private readonly DicomDataset _dataset;
    private readonly DicomTag? _stopBefore;
    private Stage _stage = Stage.Preamble;
    private bool _hasMixedEncoding;
    private bool _copies;
    private int _keptCount;
    private long _position;
    private long _keepNext;
    private long _skipNext;

    /// <param name="dataset">What to fill.</param>
    /// <param name="limits">What the file may ask for.</param>
    /// <param name="copies">Whether kept bytes are copied as they go by; otherwise the data set holds the whole file.</param>
    /// <param name="stopBefore">The first top-level tag that is not wanted; null reads to the end.</param>
    public Part10Scanner(DicomDataset dataset, Part10Limits limits, bool copies, DicomTag? stopBefore = null)
    {
        _dataset = dataset;
        _limits = limits;
        _copies = copies;
        _stopBefore = stopBefore;
        _levels[0] = new Level { Kind = LevelKind.Dataset, End = long.MaxValue, Owner = -1 };
    }

    private enum Stage
    {
        Preamble,
        Meta,
        Dataset,
        Inflate,
        Finished,
    }

    /// <summary>Whether the bytes behind the last one consumed are a Deflated data set, to be inflated by the caller.</summary>
    public bool NeedsInflated => _stage == Stage.Inflate;

    /// <summary>Whether nothing more is wanted.</summary>
    public bool IsFinished => _stage == Stage.Finished;

    /// <summary>Bytes consumed so far.</summary>
    public long Position => _position;

    /// <summary>Reads on.</summary>
    /// <param name="window">The bytes that follow those consumed before.</param>
    /// <param name="isFinal">Whether the file ends with this window.</param>
    /// <returns>How many bytes are done with; the rest must come again, with more behind it.</returns>
    public int Scan(ReadOnlySpan<byte> window, bool isFinal)
    {
        int at = 0;
        while (_stage is not (Stage.Inflate or Stage.Finished))
        {
            at += PassValue(window[at..]);
            if (_keepNext + _skipNext > 0)
            {
                break;
            }

            CloseEndedLevels();
            if (!ReadNext(window[at..], isFinal, out int used))
            {
                // Too few bytes for a header: a part of one, unless they are the rest of a padding.
                _dataset.IsTruncated |= isFinal && window[at..].ContainsAnyExcept((byte)0);
                break;
            }

            at += used;
        }

        return at;
    }

    /// <summary>Says that the bytes that come next are the inflated data set.</summary>
    /// <param name="fileHead">The file up to where the data set begins, when kept bytes were not copied so far.</param>
    public void BeginInflated(ReadOnlySpan<byte> fileHead)
    {
        if (!_copies)
        {
            _copies = true;
            _keptCount = _dataset.Keep(fileHead);
        }

        _stage = Stage.Dataset;
    }

    /// <summary>Ends the file where nothing more can be told apart; what was read before stays.</summary>
    public void EndDamaged(DicomTag? tag, string reason)
    {
        _dataset.Damage = new DicomWarning(DicomWarningKind.RestUnreadable, _position, tag, reason);
        _dataset.Warn(_dataset.Damage);
        if (_stage is Stage.Preamble or Stage.Meta)
        {
            _dataset.DatasetStart = _dataset.Count;
        }

        _stage = Stage.Finished;
    }

    /// <summary>Says that the file ends before its deflate stream does.</summary>
    public void NoteDeflateCut() => _dataset.IsTruncated = true;

    /// <summary>Ends the file: closes what is open.</summary>
    /// <exception cref="InvalidDicomException">There was no data element.</exception>
    public void Complete()
    {
        _dataset.EndOffset = _position;
        NoteEnd();
        while (_depth > 1)
        {
            CloseLevel();
        }

        if (_stage is Stage.Preamble or Stage.Meta)
        {
            _dataset.DatasetStart = _dataset.Count;
        }

        if (_dataset.Damage is { } damage && _dataset.Count == _dataset.DatasetStart)
        {
            throw new InvalidDicomException(damage.Offset, damage.Tag, damage.Reason);
        }

        if (_dataset.Count == 0)
        {
            throw new InvalidDicomException(_position, null, "there is no data element in it");
        }
    }

    /// <summary>Whether the file ends where it may, and what becomes of a value that is cut.</summary>
    private void NoteEnd()
    {
        if (_keepNext + _skipNext > 0 && Top.Kind == LevelKind.Fragments)
        {
            if (_dataset.Fragments is [.., var fragment] && fragment.End > _position)
            {
                _dataset.Fragments[^1] = fragment with { Length = _position - fragment.Offset };
            }
        }
        else if (_keepNext + _skipNext > 0 && _dataset[_dataset.Count - 1] is var last && last.ValueOffset + last.Length > _position)
        {
            CutLast(last);
            return;
        }

        if (_dataset.IsTruncated || (_depth > 1 && _dataset.Damage is null))
        {
            _dataset.IsTruncated = true;
            Warn(
                DicomWarningKind.EndsEarly,
                _depth > 1 ? _dataset[OwnerOfOpen()].Tag : null,
                _depth > 1 ? "the file ends inside a sequence or pixels without an end" : "the file ends inside a header, or before its deflate stream does");
        }
    }

    /// <summary>Half a value is no number, no text and no UID: it is kept as the bytes that are there.</summary>
    private void CutLast(DicomElement last)
    {
        long there = _position - last.ValueOffset;
        Warn(DicomWarningKind.EndsEarly, last.Tag, $"{(_dataset.Damage is null ? "the file ends" : "reading ends")} behind {there} of {last.Length} bytes of a value");
        ref DicomElement cut = ref _dataset[_dataset.Count - 1];
        cut.Vr = cut.Vr.IsBinary() ? cut.Vr : DicomVr.UN;
        cut.Flags = DicomElementFlags.Cut;
        cut.Length = there;
        _dataset.IsTruncated = true;
    }

    /// <summary>The sequence or the pixels that are open, the innermost.</summary>
    private int OwnerOfOpen() => Top.Kind == LevelKind.Dataset ? _levels[_depth - 2].Owner : Top.Owner;

    private bool ReadNext(ReadOnlySpan<byte> rest, bool isFinal, out int used)
    {
        switch (_stage)
        {
            case Stage.Preamble:
                return ReadPreamble(rest, isFinal, out used);
            case Stage.Meta when _depth == 1 && rest.Length >= 8 && DicomNumber.ReadUInt16(rest, bigEndian: false) != 0x0002:
                used = 0;
                BeginDataset(rest);
                return true;
            default:
                return Top.Kind switch
                {
                    LevelKind.Dataset => ReadElement(rest, isFinal, out used),
                    LevelKind.Sequence => ReadItem(rest, out used),
                    _ => ReadFragment(rest, out used),
                };
        }
    }

    private bool ReadPreamble(ReadOnlySpan<byte> rest, bool isFinal, out int used)
    {
        used = 0;
        if (rest.Length < PreambleBytes + 4 && !isFinal)
        {
            return false;
        }

        _dataset.HasPart10Prefix = rest.Length >= PreambleBytes + 4 && rest.Slice(PreambleBytes, 4).SequenceEqual("DICM"u8);
        if (_dataset.HasPart10Prefix)
        {
            used = PreambleBytes + 4;
            Take(rest[..used]);
        }
        else if (!LooksLikeElement(rest))
        {
            throw new InvalidDicomException(0, null, "neither \"DICM\" at byte 128 nor a data element at byte 0");
        }

        _stage = Stage.Meta;
        return true;
    }

    /// <summary>Whether a file without "DICM" begins as data sets do: group 0002 or 0008, in either byte order.</summary>
    private static bool LooksLikeElement(ReadOnlySpan<byte> rest) =>
        rest.Length >= 8 && (rest[0], rest[1]) is (2, 0) or (8, 0) or (0, 8);

    private void BeginDataset(ReadOnlySpan<byte> rest)
    {
        _stage = Stage.Dataset;
        _dataset.DatasetStart = _dataset.Count;
        string? uid = _dataset.GetUid(DicomTag.TransferSyntaxUID);
        _dataset.TransferSyntax = TransferSyntax.FromUid(uid ?? GuessTransferSyntax(rest));
        _levels[0] = new Level
        {
            Kind = LevelKind.Dataset,
            End = long.MaxValue,
            Owner = -1,
            Implicit = !_dataset.TransferSyntax.IsExplicitVr,
            BigEndian = _dataset.TransferSyntax.IsBigEndian,
        };
        if (_dataset.TransferSyntax.IsDeflated)
        {
            _stage = Stage.Inflate;
        }
    }

    /// <summary>
    /// For a file that does not name its transfer syntax: explicit when there is a value representation, and then big
    /// endian when the group number makes sense only so.
    /// </summary>
    private static string GuessTransferSyntax(ReadOnlySpan<byte> rest)
    {
        var vr = (DicomVr)DicomNumber.ReadUInt16(rest[4..], bigEndian: false);
        return !vr.IsStandard() ? "1.2.840.10008.1.2"
            : DicomNumber.ReadUInt16(rest, bigEndian: false) >= 0x0400 ? "1.2.840.10008.1.2.2"
            : "1.2.840.10008.1.2.1";
    }

    /// <summary>Goes over the bytes of the current value: keeps the first of them, skips the others.</summary>
    private int PassValue(ReadOnlySpan<byte> window)
    {
        int keep = (int)Math.Min(_keepNext, window.Length);
        if (keep > 0)
        {
            Keep(window[..keep]);
            _keepNext -= keep;
        }

        int skip = (int)Math.Min(_skipNext, window.Length - keep);
        _skipNext -= skip;
        _position += keep + skip;
        return keep + skip;
    }

    /// <summary>Consumes a header. Within a sequence it is kept, so that the raw bytes of the sequence are whole.</summary>
    private void Take(ReadOnlySpan<byte> header)
    {
        if (_depth > 1)
        {
            Keep(header);
        }

        _position += header.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!_copies)
        {
            return;
        }

        if (_keptCount + (long)bytes.Length > _limits.MaxKeptBytes)
        {
            throw new InvalidDicomException(_position, null, $"more than {_limits.MaxKeptBytes} bytes of headers and values");
        }

        _keptCount = _dataset.Keep(bytes);
    }

    private int KeptAt(long offset) => _copies ? _keptCount : (int)offset;
}
