namespace CloudOptimizedDicom.Part10;

internal sealed partial class Part10Scanner
{
    /// <summary>Within a data set: the end of an item or, where writers forgot that, of the sequence. Stray ones are passed over.</summary>
    private int ReadDelimitation(DicomTag tag, ReadOnlySpan<byte> rest)
    {
        if (tag != ItemDelimitation && tag != SequenceDelimitation)
        {
            ReadItemInDataset(tag);
            return 0;
        }

        bool endsItem = _depth > 1 && Top.IsDelimited;
        if (endsItem && tag == SequenceDelimitation && _levels[_depth - 2].IsDelimited)
        {
            CloseLevel();
            return 0;
        }

        if (endsItem)
        {
            CloseLevel();
        }

        Take(rest[..ShortHeaderBytes]);
        return ShortHeaderBytes;
    }

    /// <summary>
    /// Where an element should be is an item: the next one of the sequence around, when the one before says that it is longer
    /// than it is or has lost its delimiter, or the first of a sequence that says that it is empty.
    /// </summary>
    private void ReadItemInDataset(DicomTag tag)
    {
        ref Level level = ref Top;
        int last = level.LastIndex - 1;
        if (tag == Item && last >= 0 && _dataset[last] is { Vr: DicomVr.SQ } sequence && sequence.ValueOffset == _position && sequence.Length == 0)
        {
            Warn(DicomWarningKind.ItemsOutsideSequence, sequence.Tag, "items behind a sequence of length 0");
            OpenLevel(new Level
            {
                Kind = LevelKind.Sequence,
                Owner = last,
                IsDelimited = true,
                End = level.End,
                Implicit = level.Implicit,
                BigEndian = level.BigEndian,
            });
        }
        else if (_depth > 1 && tag == Item)
        {
            Warn(
                level.IsDelimited ? DicomWarningKind.DelimiterMissing : DicomWarningKind.LengthTooLong,
                _dataset[_levels[_depth - 2].Owner].Tag,
                level.IsDelimited ? "an item without a delimiter at its end" : $"an item that is to go on for {level.End - _position} bytes, where the next one begins");
            CloseLevel();
        }
        else
        {
            Damaged(tag, "an item outside a sequence");
        }
    }

    /// <summary>Within a sequence: the header of the next item, or the end.</summary>
    private bool ReadItem(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        ref Level sequence = ref Top;
        long room = sequence.End - _position;
        if (room < ShortHeaderBytes)
        {
            PassOver(room, $"{room} bytes behind the last item of a sequence are no item");
            return true;
        }

        if (rest.Length < ShortHeaderBytes)
        {
            return false;
        }

        DicomTag tag = DicomNumber.ReadTag(rest, sequence.BigEndian);
        uint length = DicomNumber.ReadUInt32(rest[4..], sequence.BigEndian);
        if (tag == SequenceDelimitation)
        {
            used = ShortHeaderBytes;
            if (sequence.IsDelimited)
            {
                CloseLevel();
            }

            Take(rest[..ShortHeaderBytes]);
            return true;
        }

        if (tag == ItemDelimitation)
        {
            used = ShortHeaderBytes;
            Take(rest[..ShortHeaderBytes]);
            return true;
        }

        if (tag != Item)
        {
            EndWithoutDelimiter(rest, tag, ref sequence);
            return true;
        }

        if (length != UndefinedLength && length > room - ShortHeaderBytes)
        {
            Warn(
                DicomWarningKind.LengthTooLong,
                _dataset[sequence.Owner].Tag,
                $"an item of {length} bytes in a sequence that has {room - ShortHeaderBytes} left");
            length = (uint)(room - ShortHeaderBytes);
        }

        used = ShortHeaderBytes;
        Take(rest[..ShortHeaderBytes]);
        OpenItem(length, sequence);
        return true;
    }

    /// <summary>
    /// An element where an item or a fragment should be. When it looks like the one behind the sequence, this has ended before:
    /// its length is wrong, or its delimiter missing.
    /// </summary>
    private void EndWithoutDelimiter(ReadOnlySpan<byte> rest, DicomTag tag, ref Level sequence)
    {
        ref Level around = ref _levels[_depth - 2];
        DicomTag owner = _dataset[sequence.Owner].Tag;
        if (tag.Group == 0xFFFE || tag <= owner || RateNext(rest, owner, around.End - _position, around) != Sense.Good)
        {
            Damaged(tag, sequence.Kind == LevelKind.Fragments ? "an element where a fragment should begin" : "an element between the items of a sequence");
            return;
        }

        if (!sequence.IsDelimited)
        {
            Warn(DicomWarningKind.LengthTooLong, owner, $"a sequence that is to go on for {sequence.End - _position} bytes, where the next element begins");
        }
        else if (_dataset.Warnings is not [.., { Kind: DicomWarningKind.ItemsOutsideSequence } last] || last.Tag != owner)
        {
            Warn(DicomWarningKind.DelimiterMissing, owner, "a sequence without a delimiter at its end");
        }

        CloseLevel();
    }

    private void OpenItem(uint length, Level sequence)
    {
        int index = AddEntry(new DicomElement
        {
            Tag = Item,
            ValueOffset = _position,
            KeptAt = KeptAt(_position),
        });
        if (length > 0)
        {
            OpenLevel(new Level
            {
                Kind = LevelKind.Dataset,
                Owner = index,
                IsDelimited = length == UndefinedLength,
                End = length == UndefinedLength ? sequence.End : _position + length,
                Implicit = sequence.Implicit,
                BigEndian = sequence.BigEndian,
            });
        }
    }

    /// <summary>Within encapsulated pixels: the header of the next fragment, or the end (PS3.5 section A.4).</summary>
    private bool ReadFragment(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        ref DicomElement pixels = ref _dataset[Top.Owner];
        long room = Top.End - _position;
        if (room < ShortHeaderBytes)
        {
            PassOver(room, $"{room} bytes behind the last fragment are none");
            return true;
        }

        if (rest.Length < ShortHeaderBytes)
        {
            return false;
        }

        DicomTag tag = DicomNumber.ReadTag(rest, Top.BigEndian);
        uint length = DicomNumber.ReadUInt32(rest[4..], Top.BigEndian);
        if (tag == SequenceDelimitation)
        {
            used = ShortHeaderBytes;
            CloseLevel();
            Take(rest[..ShortHeaderBytes]);
            return true;
        }

        if (tag != Item)
        {
            EndWithoutDelimiter(rest, tag, ref Top);
            return true;
        }

        if (length == UndefinedLength || length > room - ShortHeaderBytes)
        {
            Damaged(pixels.Tag, $"{tag} of length {length} where a fragment must begin");
            return true;
        }

        used = ShortHeaderBytes;
        Take(rest[..ShortHeaderBytes]);
        bool isOffsetTable = _position == pixels.ValueOffset + ShortHeaderBytes;
        long headLeft = pixels.ValueOffset + Part10Limits.MaxInlineBinaryBytes + 1 - _position;
        long keep = Math.Max(headLeft, isOffsetTable ? Part10Limits.MaxInlineTextBytes : PixelFragment.KeptBytes);
        _keepNext = Math.Min(length, keep);
        _skipNext = length - _keepNext;
        if (_depth == 2 && pixels.Tag == DicomTag.PixelData)
        {
            AddFragment(length);
        }

        return true;
    }

    private void AddFragment(uint length)
    {
        if (_dataset.Count + _dataset.Fragments.Count >= _limits.MaxElements)
        {
            throw new InvalidDicomException(_position, DicomTag.PixelData, $"more than {_limits.MaxElements} fragments");
        }

        _dataset.Fragments.Add(new PixelFragment(_position, length, KeptAt(_position)));
    }
}
