namespace CloudOptimizedDicom.Part10;

internal sealed partial class Part10Scanner
{
    /// <summary>Within a data set: the end of an item or, where writers forgot that, of the sequence. Stray ones are passed over.</summary>
    private int ReadDelimitation(DicomTag tag, ReadOnlySpan<byte> rest)
    {
        if (tag != ItemDelimitation && tag != SequenceDelimitation)
        {
            Damaged(tag, "an item outside a sequence");
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

    /// <summary>Within a sequence: the header of the next item, or the end.</summary>
    private bool ReadItem(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        ref Level sequence = ref Top;
        long room = sequence.End - _position;
        if (room < ShortHeaderBytes)
        {
            Damaged(_dataset[sequence.Owner].Tag, $"a sequence ends {room} bytes behind its last item");
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

        if (tag != Item || (length != UndefinedLength && length > room - ShortHeaderBytes))
        {
            Damaged(tag, tag == Item ? $"an item of {length} bytes in a sequence that has {room - ShortHeaderBytes} left" : "an element between the items of a sequence");
            return true;
        }

        used = ShortHeaderBytes;
        Take(rest[..ShortHeaderBytes]);
        OpenItem(length, sequence);
        return true;
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
                DetectsExplicit = sequence.DetectsExplicit,
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
            Damaged(pixels.Tag, $"an item ends {room} bytes behind its last fragment");
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

        if (tag != Item || length == UndefinedLength || length > room - ShortHeaderBytes)
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
