namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What became of all series of one run, in numbers.</summary>
internal sealed class IngestTotals
{
    private int _series;
    private int _new;
    private int _same;
    private int _conflict;
    private int _failed;
    private int _withWarnings;
    private bool _hasLocked;
    private bool _hasFindings;

    /// <summary>How often a series came again after it had been dealt with.</summary>
    public int Repeats { get; private set; }

    /// <summary>How the run went: findings before locks.</summary>
    public int ExitCode => _hasFindings ? Cli.ExitCode.Findings : _hasLocked ? Cli.ExitCode.Locked : Cli.ExitCode.Done;

    public void Add(SeriesIngest outcome)
    {
        _series += outcome.Id is null || outcome.IsRepeat ? 0 : 1;
        Repeats += outcome.IsRepeat ? 1 : 0;
        _new += outcome.New.Count;
        _same += outcome.Same.Count;
        _conflict += outcome.Conflict.Count;
        _failed += outcome.Errors.Count;
        _withWarnings += outcome.Warnings.Select(warning => warning.Instance).Distinct().Count();
        _hasLocked |= outcome.IsLocked;
        _hasFindings |= !outcome.IsLocked && outcome.Errors.Count + outcome.Conflict.Count > 0;
    }

    /// <summary>Counts something of the input that could not be used: a row of an inventory, a folder.</summary>
    public void AddUnusable()
    {
        _failed++;
        _hasFindings = true;
    }

    public override string ToString() => $"{_series} series: {_new} new, {_same} same, {_conflict} conflicting, {_failed} failed{(_withWarnings > 0 ? $", {_withWarnings} with warnings" : "")}";
}
