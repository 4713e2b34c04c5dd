using System.Text;
using CloudOptimizedDicom.Part10.Dictionary;

namespace CloudOptimizedDicom.Part10;

internal sealed partial class Part10Scanner
{
    private const uint UndefinedLength = ElementHeader.UndefinedLength;
    private const int ShortHeaderBytes = ElementHeader.ShortBytes;

    /// <summary>The longest UN value that is read again as what the dictionary says; beyond it the length is suspect.</summary>
    private const uint MaxKnownUnBytes = 0xFFFE;

    private static readonly DicomTag Item = new(0xFFFEE000);
    private static readonly DicomTag ItemDelimitation = new(0xFFFEE00D);
    private static readonly DicomTag SequenceDelimitation = new(0xFFFEE0DD);

    /// <summary>Reads one element header of a data set; false when the window is too short for it.</summary>
    private bool ReadElement(ReadOnlySpan<byte> rest, bool isFinal, out int used)
    {
        used = 0;
        ref Level level = ref Top;
        long room = level.End - _position;
        if (room < ShortHeaderBytes)
        {
            PassOver(room, $"{room} bytes behind the last element of an item are no element");
            return true;
        }

        if (rest.Length < ShortHeaderBytes)
        {
            return false;
        }

        DicomTag tag = DicomNumber.ReadTag(rest, level.BigEndian);
        if (tag.Group == 0xFFFE)
        {
            used = ReadDelimitation(tag, rest);
            return true;
        }

        if (_depth == 1 && _stage == Stage.Dataset && tag >= _stopBefore)
        {
            _stage = Stage.Finished;
            return true;
        }

        if (!ReadHeader(rest, isFinal, tag, level, out ElementHeader header))
        {
            return false;
        }

        if (room < header.Bytes)
        {
            PassOver(room, $"{room} bytes behind the last element of an item are no element");
            return true;
        }

        NoteEncoding(tag, header, ref level);
        long inside = room - header.Bytes;
        bool isCut = !header.IsUndefined && header.Length > inside;
        if (isCut)
        {
            Warn(DicomWarningKind.LengthTooLong, tag, $"a length of {header.Length} bytes where the item around it has {inside} left");
        }

        used = header.Bytes;
        Take(rest[..used]);
        BeginElement(tag, header.Vr, isCut ? (uint)inside : header.Length, isCut, ref level);
        return true;
    }

    /// <summary>The first element says how its level is encoded, whatever the transfer syntax; what differs is not as it should be.</summary>
    private void NoteEncoding(DicomTag tag, ElementHeader header, ref Level level)
    {
        if (header.IsImplicit != level.Implicit && !_hasMixedEncoding)
        {
            _hasMixedEncoding = true;
            Warn(DicomWarningKind.MixedEncoding, tag, header.IsImplicit
                ? "an element without value representation where explicit ones are expected"
                : "an element with a value representation where implicit ones are expected");
        }

        if (!level.Started)
        {
            level.Started = true;
            level.Implicit = header.IsImplicit;
        }
    }

    private void BeginElement(DicomTag tag, DicomVr vr, uint length, bool isCut, ref Level level)
    {
        DicomElementFlags flags = level.BigEndian ? DicomElementFlags.BigEndian : DicomElementFlags.None;
        bool wasUnknown = vr == DicomVr.UN;
        if (vr == DicomVr.None || (wasUnknown && length != UndefinedLength))
        {
            vr = LookUp(tag, length, wasUnknown, ref flags);
        }

        bool isSequence = vr == DicomVr.SQ || (length == UndefinedLength && vr == DicomVr.UN);
        if (length == UndefinedLength && tag == DicomTag.PixelData && _dataset.TransferSyntax.IsEncapsulated != false)
        {
            (vr, isSequence) = (ToFragmentVr(tag, vr), false);
        }
        else if (isCut && !isSequence)
        {
            (vr, flags) = (vr.IsBinary() ? vr : DicomVr.UN, DicomElementFlags.Cut);
        }

        NoteOrder(tag, ref level);
        int index = AddEntry(new DicomElement
        {
            Tag = tag,
            Vr = isSequence ? DicomVr.SQ : vr,
            Flags = flags,
            ValueOffset = _position,
            Length = length == UndefinedLength ? 0 : length,
            KeptAt = KeptAt(_position),
        });
        level.LastIndex = index + 1;
        NoteSpecial(tag, index, ref level);
        if (isSequence && length > 0)
        {
            // UN holds what an implicit little endian file would have (PS3.5 section 6.2.2), whatever surrounds it.
            OpenLevel(new Level
            {
                Kind = LevelKind.Sequence,
                Owner = index,
                IsDelimited = length == UndefinedLength,
                End = length == UndefinedLength ? level.End : _position + length,
                Implicit = level.Implicit || wasUnknown,
                BigEndian = level.BigEndian && !wasUnknown,
            });
        }
        else if (length == UndefinedLength)
        {
            // Only bytes come in fragments (PS3.5 section A.4), whatever the letters say, and those of pixels are OB.
            _dataset[index].Vr = tag == DicomTag.PixelData ? DicomVr.OB : vr.IsBinary() ? vr : DicomVr.UN;
            _dataset[index].Flags = DicomElementFlags.Encapsulated;
            OpenLevel(new Level { Kind = LevelKind.Fragments, Owner = index, IsDelimited = true, End = level.End, BigEndian = level.BigEndian });
        }
        else if (!isSequence)
        {
            _keepNext = length <= KeepLimit(tag, vr, flags) ? length : Part10Limits.MaxInlineBinaryBytes;
            _skipNext = length - _keepNext;
        }
    }

    /// <summary>Pixel Data without a length is fragments under a transfer syntax that encapsulates it, whatever its representation says.</summary>
    private DicomVr ToFragmentVr(DicomTag tag, DicomVr vr)
    {
        if (vr is not (DicomVr.OB or DicomVr.OW))
        {
            Warn(DicomWarningKind.FragmentsUnderOtherVr, tag, $"encapsulated pixels with the representation {vr.ToLetters()}");
        }

        return DicomVr.OB;
    }

    private void NoteSpecial(DicomTag tag, int index, ref Level level)
    {
        if (tag.IsPrivateCreator)
        {
            level.Creators ??= [];
            level.Creators[tag.Value] = index;
        }
        else if (_depth == 1 && tag == DicomTag.PixelData)
        {
            _dataset.Fragments.Clear();
        }
    }

    /// <summary>Notes whether tags ascend. Of equal neighbours only the last counts, so that a run of them costs no memory.</summary>
    private void NoteOrder(DicomTag tag, ref Level level)
    {
        int last = _dataset.Count - 1;
        if (level.LastIndex > 0 && tag.Value <= level.LastTag)
        {
            if (tag.Value == level.LastTag && level.LastIndex == last + 1)
            {
                _dataset.Truncate(last);
            }
            else if (level.Owner < 0)
            {
                _dataset.IsUnordered = true;
            }
            else
            {
                _dataset[level.Owner].Flags |= DicomElementFlags.Unordered;
            }
        }

        level.LastTag = tag.Value;
    }

    private static long KeepLimit(DicomTag tag, DicomVr vr, DicomElementFlags flags)
    {
        bool isBinary = !vr.IsStandard() || (vr.IsBinary() && (flags & DicomElementFlags.UsOrOw) == 0);
        return isBinary && tag != DicomTag.ExtendedOffsetTable && tag != DicomTag.ExtendedOffsetTableLengths
            ? Part10Limits.MaxInlineBinaryBytes
            : Part10Limits.MaxInlineTextBytes;
    }

    private DicomVr LookUp(DicomTag tag, uint length, bool wasUnknown, ref DicomElementFlags flags)
    {
        if (tag.IsPrivateCreator)
        {
            return DicomVr.LO;
        }

        if (wasUnknown && !tag.IsPrivate && length > MaxKnownUnBytes)
        {
            return DicomVr.UN;
        }

        DictionaryVr known = tag.IsPrivate && tag.Element != 0
            ? FindCreator(tag) is { } creator ? DicomDictionary.FindPrivateVr(tag, creator) : default
            : DicomDictionary.FindVr(tag);
        switch (known)
        {
            case DictionaryVr.UsOrSs:
                flags |= DicomElementFlags.UsOrSs;
                return DicomVr.US;
            case DictionaryVr.UsOrOw:
                flags |= DicomElementFlags.UsOrOw;
                return DicomVr.OW;
            case DictionaryVr.ObOrOw or DictionaryVr.UsOrSsOrOw:
                return DicomVr.OW;
            case DictionaryVr.None:
                return DicomVr.UN;
            default:
                return (DicomVr)known;
        }
    }

    /// <summary>The name in (gggg,00bb) that owns the private block bb of this level (PS3.5 section 7.8.1).</summary>
    private string? FindCreator(DicomTag tag)
    {
        uint creatorTag = ((uint)tag.Group << 16) | (uint)(tag.Element >> 8);
        return Top.Creators is { } creators && creators.TryGetValue(creatorTag, out int index)
            ? Encoding.Latin1.GetString(_dataset.GetKept(_dataset[index]).Trim(" \0"u8))
            : null;
    }
}
