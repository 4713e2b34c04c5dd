namespace CloudOptimizedDicom.Part10;

internal sealed partial class Part10Scanner
{
    private Level[] _levels = new Level[8];
    private int _depth = 1;

    private enum LevelKind : byte
    {
        Dataset,
        Sequence,
        Fragments,
    }

    private ref Level Top => ref _levels[_depth - 1];

    private void OpenLevel(in Level level)
    {
        if (_depth == _levels.Length)
        {
            Array.Resize(ref _levels, _depth * 2);
        }

        if (level.Kind == LevelKind.Sequence && _depth > _limits.MaxDepth * 2)
        {
            throw new InvalidDicomException(_position, _dataset[level.Owner].Tag, $"sequences nested deeper than {_limits.MaxDepth}");
        }

        _levels[_depth++] = level;
    }

    /// <summary>Ends the innermost level where the reader stands now.</summary>
    private void CloseLevel()
    {
        ref DicomElement owner = ref _dataset[Top.Owner];
        owner.Length = _position - owner.ValueOffset;
        owner.Next = _dataset.Count;
        _levels[--_depth] = default;
    }

    /// <summary>Ends what has reached its end, the innermost first; delimiters that were forgotten are not missed there.</summary>
    private void CloseEndedLevels()
    {
        while (_depth > 1 && _position >= Top.End)
        {
            CloseLevel();
        }
    }

    private int AddEntry(in DicomElement element)
    {
        if (_dataset.Count + _dataset.Fragments.Count >= _limits.MaxElements)
        {
            throw new InvalidDicomException(_position, element.Tag, $"more than {_limits.MaxElements} elements");
        }

        int index = _dataset.Add(element);
        _dataset[index].Next = index + 1;
        return index;
    }

    private void Warn(DicomWarningKind kind, DicomTag? tag, string reason) => _dataset.Warn(new DicomWarning(kind, _position, tag, reason));

    /// <summary>Goes on at the end of the innermost level, which is this many bytes away.</summary>
    private void PassOver(long bytes, string reason)
    {
        Warn(DicomWarningKind.StrayBytes, _dataset[Top.Owner].Tag == Item ? null : _dataset[Top.Owner].Tag, reason);
        _keepNext = bytes;
    }

    /// <summary>
    /// What follows makes no sense here. The innermost sequence whose length is known becomes one value of raw bytes, and
    /// the reader goes on behind it; where there is none, nothing more can be told apart, and what was read is all.
    /// </summary>
    private void Damaged(DicomTag? tag, string reason)
    {
        int found = _depth - 1;
        while (found > 0 && (_levels[found].Kind != LevelKind.Sequence || _levels[found].IsDelimited))
        {
            found--;
        }

        if (found == 0)
        {
            EndDamaged(tag, reason);
            return;
        }

        Warn(DicomWarningKind.SequenceUnreadable, _dataset[_levels[found].Owner].Tag, $"{reason}; the sequence is kept as bytes");
        (int owner, long end) = (_levels[found].Owner, _levels[found].End);
        Array.Clear(_levels, found, _depth - found);
        _depth = found;
        _dataset.Truncate(owner + 1);
        ref DicomElement element = ref _dataset[owner];
        element.Vr = DicomVr.UN;
        element.Flags = DicomElementFlags.None;
        element.Length = end - element.ValueOffset;
        element.Next = owner + 1;
        long keep = Math.Min(element.Length, Part10Limits.MaxInlineBinaryBytes);
        _keepNext = Math.Max(0, element.ValueOffset + keep - _position);
        _skipNext = end - _position - _keepNext;
    }

    /// <summary>One nesting: the file itself or an item, a sequence, or the fragments of encapsulated pixels.</summary>
    private struct Level
    {
        public LevelKind Kind;
        public bool Implicit;
        public bool BigEndian;

        /// <summary>Whether an element was read on this level.</summary>
        public bool Started;

        /// <summary>Whether a delimiter ends it because it has no length of its own.</summary>
        public bool IsDelimited;

        /// <summary>Where it ends at the latest: its own end or, where a delimiter is to come, that of what is around it.</summary>
        public long End;

        /// <summary>Index of the item or the sequence element; -1 for the file.</summary>
        public int Owner;

        /// <summary>Tag, and index + 1, of the element read last on this level.</summary>
        public uint LastTag;
        public int LastIndex;

        /// <summary>Private creators on this level: their tag to their index.</summary>
        public Dictionary<uint, int>? Creators;
    }
}
