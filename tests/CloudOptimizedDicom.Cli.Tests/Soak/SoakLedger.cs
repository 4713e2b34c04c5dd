using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>
/// What the processes have said about one series in a round, and what must hold afterwards. An operation takes effect at some
/// moment between its announcement and its acknowledgement; one that was never acknowledged may take effect at any later moment.
/// </summary>
internal sealed class SoakLedger
{
    private readonly List<SoakChange> _changes = [];
    private readonly List<(long Since, HashSet<int> Numbers)> _saw = [];
    private readonly Dictionary<int, (int Least, int Most)> _fields = [];
    private readonly HashSet<int> _known = [];
    private HashSet<int> _baseline = [];

    /// <summary>All instances that were ever offered.</summary>
    public HashSet<int> Offered { get; } = [];

    /// <summary>How many instances were acknowledged, and how many changes.</summary>
    public (int Instances, int Changes) Acknowledged { get; private set; }

    /// <summary>The instances that were acknowledged before a copy began that was acknowledged as well.</summary>
    public HashSet<int> Copied { get; } = [];

    public SoakChange Begin(SoakEventKind kind, int writer, SoakEvent said)
    {
        var change = new SoakChange(kind, writer, said.Numbers, said.Time);
        _changes.Add(change);
        if (kind is SoakEventKind.Append or SoakEventKind.AppendAndDelete or SoakEventKind.Replace)
        {
            Offered.UnionWith(said.Numbers);
        }
        else if (kind == SoakEventKind.Edit)
        {
            (int least, _) = _fields.GetValueOrDefault(writer);
            _fields[writer] = (least, said.Numbers[0]);
        }

        return change;
    }

    public void Acknowledge(SoakChange change, long time)
    {
        change.Done = time;
        Acknowledged = (Acknowledged.Instances + (change.Kind is SoakEventKind.Edit or SoakEventKind.Remove or SoakEventKind.Copy ? 0 : change.Numbers.Count), Acknowledged.Changes + 1);
        if (change.Kind == SoakEventKind.Edit)
        {
            _fields[change.Writer] = (change.Numbers[0], _fields[change.Writer].Most);
        }
    }

    /// <summary>A reader opened the series.</summary>
    public void Saw(long since, IEnumerable<int> numbers) => _saw.Add((since, [.. numbers]));

    /// <summary>Whether a stored instance may be gone, since somebody began to remove it.</summary>
    public bool MayBeGone(int number) => _changes.Any(change => change.Removes(number));

    /// <summary>Compares what is stored with what was said, once nobody is at work, and begins the next round with it.</summary>
    /// <param name="stored">The instances that are stored.</param>
    /// <param name="fields">The fields of the processes, null where fields may go.</param>
    /// <param name="scratch">Where the origins are; one that the library has deleted must be stored.</param>
    /// <param name="series">The series.</param>
    /// <returns>What is wrong.</returns>
    public IEnumerable<string> Settle(HashSet<int> stored, IReadOnlyDictionary<int, int>? fields, string scratch, int series)
    {
        List<string> wrong =
        [
            .. Offered.Where(number => IsRequired(number, scratch, series) && !stored.Contains(number)).Select(number => $"LOST: {SoakInstance.Uid(series, number)} was acknowledged"),
            .. stored.Where(number => !Offered.Contains(number)).Select(number => $"FOREIGN: {SoakInstance.Uid(series, number)} was never offered"),
            .. stored.Where(number => Offered.Contains(number) && IsForbidden(number)).Select(number => $"BACK: the removal of {SoakInstance.Uid(series, number)} was acknowledged"),
            .. _saw.SelectMany(saw => Stored(saw.Since).Where(number => !saw.Numbers.Contains(number) && !_changes.Any(change => change.Removes(number))))
                .Select(number => $"UNSEEN: {SoakInstance.Uid(series, number)} was acknowledged before a reader came that did not see it"),
        ];
        foreach ((int writer, (int least, int most)) in fields is null ? [] : _fields)
        {
            int value = fields!.GetValueOrDefault(writer);
            if (value < least || value > most)
            {
                wrong.Add($"FIELD: the field of {writer} is {value}; {least} was acknowledged, {most} offered");
            }
        }

        foreach (SoakChange copy in _changes.Where(change => change.Kind == SoakEventKind.Copy && change.IsAcknowledged))
        {
            Copied.UnionWith(Stored(copy.Begun));
        }

        _known.UnionWith(stored);
        _baseline = stored;
        _changes.Clear();
        _saw.Clear();
        return wrong;
    }

    /// <summary>What was acknowledged before a moment.</summary>
    private IEnumerable<int> Stored(long before) => Offered.Where(number => _baseline.Contains(number) || _changes.Any(change => change.Stores(number) && change.Done < before));

    /// <summary>Somebody was told that it is stored, and nobody may have taken it away after that.</summary>
    private bool IsRequired(int number, string? scratch = null, int series = 0) =>
        (_baseline.Contains(number) && !_changes.Any(change => change.Removes(number)))
        || _changes.Any(store => store.Stores(number) && (store.IsAcknowledged || IsOriginGone(store, number, scratch, series))
            && !_changes.Any(removal => removal != store && removal.Removes(number) && removal.Done >= store.Begun));

    private static bool IsOriginGone(SoakChange store, int number, string? scratch, int series) =>
        store.Kind == SoakEventKind.AppendAndDelete && scratch is not null && !File.Exists(SoakSettings.Origin(scratch, series, number));

    /// <summary>Somebody was told that it is removed, and nobody may have stored it after that.</summary>
    private bool IsForbidden(int number) =>
        _changes.Any(removal => removal.Removes(number) && removal.IsAcknowledged
            && _changes.All(store => store == removal || !store.Stores(number) || store.Done < removal.Begun))
        || (_known.Contains(number) && !_baseline.Contains(number) && !_changes.Any(store => store.Stores(number)));
}
