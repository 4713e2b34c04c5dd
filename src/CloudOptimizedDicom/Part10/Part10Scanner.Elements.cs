using System.Text;
using CloudOptimizedDicom.Part10.Dictionary;

namespace CloudOptimizedDicom.Part10;

internal sealed partial class Part10Scanner
{
    private const uint UndefinedLength = 0xFFFFFFFF;
    private const int ShortHeaderBytes = 8;
    private const int LongHeaderBytes = 12;

    /// <summary>The longest UN value that is read again as what the dictionary says; beyond it the length is suspect.</summary>
    private const uint MaxKnownUnBytes = 0xFFFE;

    private static readonly DicomTag Item = new(0xFFFEE000);
    private static readonly DicomTag ItemDelimitation = new(0xFFFEE00D);
    private static readonly DicomTag SequenceDelimitation = new(0xFFFEE0DD);

    /// <summary>Reads one element header of a data set; false when the window is too short for it.</summary>
    private bool ReadElement(ReadOnlySpan<byte> rest, out int used)
    {
        used = 0;
        ref Level level = ref Top;
        long room = level.End - _position;
        if (room < ShortHeaderBytes)
        {
            Damaged(null, $"an item ends {room} bytes behind its last element");
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

        DetectEncoding(rest, ref level);
        var vr = level.Implicit ? DicomVr.None : (DicomVr)DicomNumber.ReadUInt16(rest[4..], bigEndian: false);
        int header = vr.HasLongLength() ? LongHeaderBytes : ShortHeaderBytes;
        if (rest.Length < header)
        {
            return false;
        }

        uint length = header == LongHeaderBytes ? DicomNumber.ReadUInt32(rest[8..], level.BigEndian)
            : level.Implicit ? DicomNumber.ReadUInt32(rest[4..], level.BigEndian)
            : DicomNumber.ReadUInt16(rest[6..], level.BigEndian);
        if (room < header || (length != UndefinedLength && length > room - header))
        {
            Damaged(tag, $"a length of {length} bytes where the item around it has {Math.Max(0, room - header)} left");
            return true;
        }

        used = header;
        Take(rest[..header]);
        BeginElement(tag, vr, length, ref level);
        return true;
    }

    /// <summary>The letters of the first element decide between explicit and implicit, against a transfer syntax that lies.</summary>
    private void DetectEncoding(ReadOnlySpan<byte> rest, ref Level level)
    {
        if (level.Started)
        {
            return;
        }

        level.Started = true;
        if (level.Implicit && _depth > 1 && !level.DetectsExplicit)
        {
            return;
        }

        level.Implicit = rest[4] is < (byte)'A' or > (byte)'Z' || rest[5] is < (byte)'A' or > (byte)'Z';
    }

    private void BeginElement(DicomTag tag, DicomVr vr, uint length, ref Level level)
    {
        DicomElementFlags flags = level.BigEndian ? DicomElementFlags.BigEndian : DicomElementFlags.None;
        bool wasUnknown = vr == DicomVr.UN;
        if (vr == DicomVr.None || (wasUnknown && length != UndefinedLength))
        {
            vr = LookUp(tag, length, wasUnknown, ref flags);
        }

        bool isSequence = vr == DicomVr.SQ || (length == UndefinedLength && vr == DicomVr.UN);
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
                DetectsExplicit = wasUnknown || level.DetectsExplicit,
            });
        }
        else if (length == UndefinedLength)
        {
            // Only bytes come in fragments (PS3.5 section A.4), whatever the letters say.
            _dataset[index].Vr = vr.IsBinary() ? vr : DicomVr.UN;
            _dataset[index].Flags = DicomElementFlags.Encapsulated;
            OpenLevel(new Level { Kind = LevelKind.Fragments, Owner = index, IsDelimited = true, End = level.End, BigEndian = level.BigEndian });
        }
        else if (!isSequence)
        {
            _keepNext = length <= KeepLimit(tag, vr, flags) ? length : Part10Limits.MaxInlineBinaryBytes;
            _skipNext = length - _keepNext;
        }
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
