namespace CloudOptimizedDicom.Part10;

/// <summary>
/// Which encoding the header of an element has. Real files have elements without value representation between explicit ones
/// and the other way round, so each header is looked at. One that is as its level is encoded, with a representation of the
/// standard and a length that fits, is taken at once; any other is read in all ways that there are, and what would follow
/// decides.
/// </summary>
internal sealed partial class Part10Scanner
{
    /// <summary>
    /// How far ahead a doubtful header is looked at, as far as the preamble is. Never farther, and the end of the file counts
    /// only within it, so that the size of the windows changes nothing.
    /// </summary>
    private const int LookAheadBytes = PreambleBytes + 4;

    /// <summary>The longest name of a private creator that looks like one.</summary>
    private const uint MaxCreatorBytes = 64;

    /// <summary>What writers put where they know no representation; their lengths have 16 bits.</summary>
    private static readonly DicomVr[] Blanks = [(DicomVr)0x2020, (DicomVr)0x2D2D, (DicomVr)0x3F3F];

    /// <summary>How much sense it makes to read a header in one way.</summary>
    private enum Sense
    {
        None,
        Unknown,
        Good,
    }

    /// <summary>Reads a header of 8 or more bytes; false when the window is too short to tell.</summary>
    private bool ReadHeader(ReadOnlySpan<byte> rest, bool isFinal, DicomTag tag, in Level level, out ElementHeader header)
    {
        DicomVr letters = DicomNumber.ReadVr(rest[4..]);
        bool isStandard = letters.IsStandard();
        if (isStandard != level.Implicit)
        {
            header = level.Implicit ? ElementHeader.ReadImplicit(rest, level.BigEndian) : ElementHeader.ReadExplicit(rest, level.BigEndian);
            if (rest.Length < header.Bytes)
            {
                return false;
            }

            if (header.FitsInto(level.End - _position) && !IsSuspect(rest, tag, header, level))
            {
                return true;
            }
        }

        if (rest.Length < LookAheadBytes && !isFinal)
        {
            header = default;
            return false;
        }

        header = Choose(rest, tag, letters, isStandard, level);
        return rest.Length >= header.Bytes;
    }

    /// <summary>
    /// Whether two bytes of a length may only look like a representation: nothing seems to follow an element that seems empty,
    /// or pixels seem to be text.
    /// </summary>
    private bool IsSuspect(ReadOnlySpan<byte> rest, DicomTag tag, ElementHeader header, in Level level)
    {
        if (header.IsImplicit || header.End == level.End - _position || header.Bytes != ElementHeader.ShortBytes || (header.Length != 0 && tag != DicomTag.PixelData))
        {
            return false;
        }

        // With fewer bytes in the window it is looked at as well, and what is there decides.
        ReadOnlySpan<byte> next = rest[header.Bytes..];
        if (header.Length != 0 || next.Length < ElementHeader.ShortBytes)
        {
            return true;
        }

        DicomTag nextTag = DicomNumber.ReadTag(next, level.BigEndian);
        return nextTag != ItemDelimitation && nextTag != SequenceDelimitation && (nextTag <= tag || !DicomNumber.ReadVr(next[4..]).IsStandard());
    }

    /// <summary>The way of reading a header that makes the most sense; of equals the first.</summary>
    private ElementHeader Choose(ReadOnlySpan<byte> rest, DicomTag tag, DicomVr letters, bool isStandard, in Level level)
    {
        var withoutVr = ElementHeader.ReadImplicit(rest, level.BigEndian);
        if (!isStandard && level.Implicit)
        {
            return withoutVr;
        }

        var withVr = ElementHeader.ReadExplicit(rest, level.BigEndian);
        Sense sense = Rate(withVr, rest, tag, level);
        Sense senseWithout = Rate(withoutVr, rest, tag, level);
        if (isStandard)
        {
            // Odd lengths are not allowed, and the letters of all long forms would make one.
            senseWithout = withoutVr.Length % 2 != 0 && !withoutVr.IsUndefined && senseWithout == Sense.Unknown ? Sense.None : senseWithout;
            bool isLikely = level.Implicit
                ? IsOf(tag, letters) || (!letters.HasLongLength() && withVr.Length > LookAheadBytes)
                : !IsBulk(tag) || letters.HasLongLength();
            return isLikely
                ? senseWithout > sense && (level.Implicit || senseWithout == Sense.Good) ? withoutVr : withVr
                : sense > senseWithout ? withVr : withoutVr;
        }

        // Representations of a later standard may have lengths of 32 bits.
        bool isCapital = (char)((ushort)letters & 0xFF) is >= 'A' and <= 'Z' && (char)((ushort)letters >> 8) is >= 'A' and <= 'Z';
        if (isCapital && sense != Sense.Good && DicomNumber.ReadUInt16(rest[6..], bigEndian: false) == 0)
        {
            var withLongVr = ElementHeader.ReadLong(rest, level.BigEndian);
            Sense senseOfLong = Rate(withLongVr, rest, tag, level);
            (withVr, sense) = senseOfLong > sense ? (withLongVr, senseOfLong) : (withVr, sense);
        }

        bool isWritten = isCapital || Blanks.Contains(letters);
        return (isWritten ? sense >= senseWithout : sense > senseWithout) ? withVr : withoutVr;
    }

    /// <summary>Whether the dictionary gives an element just this representation.</summary>
    private static bool IsOf(DicomTag tag, DicomVr letters) =>
        (DicomVr)DicomDictionary.FindVr(tag) == letters || (IsBulk(tag) && letters is DicomVr.OB or DicomVr.OW);

    /// <summary>Whether an element holds bytes, so that a short representation makes no sense.</summary>
    private static bool IsBulk(DicomTag tag) => DicomDictionary.FindVr(tag)
        is Dictionary.DictionaryVr.ObOrOw or (Dictionary.DictionaryVr)DicomVr.OB or (Dictionary.DictionaryVr)DicomVr.OW
        or (Dictionary.DictionaryVr)DicomVr.SQ;

    private Sense Rate(ElementHeader header, ReadOnlySpan<byte> rest, DicomTag tag, in Level level)
    {
        long room = level.End - _position;
        bool seesEnd = rest.Length < LookAheadBytes;
        rest = rest[..Math.Min(rest.Length, LookAheadBytes)];
        if (header.IsUndefined)
        {
            ReadOnlySpan<byte> first = rest[Math.Min(rest.Length, header.Bytes)..];
            return first.Length >= 4 && DicomNumber.ReadTag(first, level.BigEndian) is var item && (item == Item || item == SequenceDelimitation)
                ? Sense.Good
                : Sense.None;
        }

        if (header.End > room || (seesEnd && header.End > rest.Length))
        {
            return Sense.None;
        }

        if (header.End == room || (seesEnd && header.End == rest.Length))
        {
            return Sense.Good;
        }

        return header.End <= rest.Length - ElementHeader.ShortBytes ? RateNext(rest[(int)header.End..], tag, room - header.End, level)
            : room - header.End < ElementHeader.ShortBytes ? Sense.None
            : Sense.Unknown;
    }

    /// <summary>Whether eight bytes look like the header of an element, or the end of an item, behind an element.</summary>
    private Sense RateNext(ReadOnlySpan<byte> next, DicomTag tag, long room, in Level level)
    {
        DicomTag nextTag = DicomNumber.ReadTag(next, level.BigEndian);
        if (room < ElementHeader.ShortBytes || nextTag == Item)
        {
            return Sense.None;
        }

        if (nextTag == ItemDelimitation || nextTag == SequenceDelimitation)
        {
            return level.Owner >= 0 ? Sense.Good : Sense.Unknown;
        }

        if (!next[..ElementHeader.ShortBytes].ContainsAnyExcept((byte)0))
        {
            // Zeros behind the last element are padding.
            return level.Owner >= 0 ? Sense.None : Sense.Unknown;
        }

        if (DicomNumber.ReadVr(next[4..]).IsStandard())
        {
            return nextTag > tag || DicomDictionary.FindVr(nextTag) != default ? Sense.Good : Sense.Unknown;
        }

        var withoutVr = ElementHeader.ReadImplicit(next, level.BigEndian);
        bool isKnown = nextTag.IsPrivateCreator ? withoutVr.Length <= MaxCreatorBytes
            : nextTag.IsPrivate ? FindCreator(nextTag) is not null
            : DicomDictionary.FindVr(nextTag) != default;
        return nextTag > tag && isKnown && (withoutVr.FitsInto(room) || Blanks.Contains(DicomNumber.ReadVr(next[4..]))) ? Sense.Good : Sense.None;
    }
}
