using CloudOptimizedDicom.TestProcess.Soak;
using CloudOptimizedDicom.TestProcess.Steps;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>
/// Runs processes on the same few series, round after round. In each round some are killed at a random step, and some stall at
/// one, lose their lock, and go on when the others are done. Survivors take part in the next round.
/// </summary>
internal sealed class SoakBench(SoakPlace place, Random random, SoakTally tally) : IAsyncDisposable
{
    private const int MaxDelayMicroseconds = 4000;

    private static readonly string[] Roles = ["writer", "writer", "writer", "reader", "mender"];

    private readonly SoakLedger[] _ledgers = [.. Enumerable.Range(0, SoakSettings.SeriesCount).Select(_ => new SoakLedger())];
    private readonly SoakChild?[] _children = new SoakChild?[Roles.Length];
    private readonly Dictionary<(int Writer, int Operation), (SoakLedger Ledger, SoakChange Change)> _begun = [];
    private readonly Dictionary<string, IReadOnlyList<int>> _usual = [];
    private readonly List<string> _transcript = [];
    private readonly List<string> _wrong = [];
    private SoakCommandLine? _cod;
    private int _lastId;
    private int _series;

    /// <summary>Runs a round, and mends and compares after it.</summary>
    /// <exception cref="AssertionException">Something is wrong.</exception>
    public async Task RunRoundAsync(string name, CancellationToken cancellationToken)
    {
        _transcript.Clear();
        Revive();
        using SoakCommandLine? cod = random.Next(3) == 0 ? new SoakCommandLine(place, random) : null;
        _cod = cod;
        int killed = random.Next(Roles.Length - 2);
        _series = random.Next(SoakSettings.SeriesCount);
        SoakEventKind?[] ends = await Task.WhenAll(Enumerable.Range(0, Roles.Length).Select(index => RunAsync(index, DrawFate(Roles[index], mustKill: index == killed), cancellationToken)));
        SoakChild[] stalled = [.. _children.Where((_, index) => ends[index] == SoakEventKind.Stalled).Select(child => child!)];
        if (stalled.Length > 0)
        {
            await RobAsync(stalled, cancellationToken);
        }

        await EndCommandAsync(cancellationToken);
        await BuryAsync(cancellationToken);
        await place.WaitUntilQuietAsync(cancellationToken);
        var aftermath = new SoakAftermath(place, _ledgers, tally);
        _wrong.AddRange(await aftermath.RunAsync(random, cancellationToken));
        tally.Add("rounds");
        tally.Add("LOST", _wrong.Count(line => line.StartsWith("LOST", StringComparison.Ordinal)));
        Assert.That(_wrong, Is.Empty, $"{name}; what was said:\n{string.Join('\n', _transcript)}");
    }

    /// <summary>Ends the processes that live.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (SoakChild child in _children.OfType<SoakChild>())
        {
            Assert.That(await child.EndAsync(cancellationToken), Is.Null);
        }

        CodProcess verified = await CodProcess.RunAsync(cancellationToken, ["verify", place.Store, "--deep", .. place.Options]);
        Assert.That(verified.ExitCode, Is.Zero, verified.Output + verified.Errors);

        tally.Add("instances acknowledged", _ledgers.Sum(ledger => ledger.Acknowledged.Instances));
        tally.Add("changes acknowledged", _ledgers.Sum(ledger => ledger.Acknowledged.Changes));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SoakChild child in _children.OfType<SoakChild>())
        {
            await child.DisposeAsync();
        }
    }

    private void Revive()
    {
        for (int index = 0; index < Roles.Length; index++)
        {
            _children[index] ??= new SoakChild(
                Roles[index], new SoakSettings(++_lastId, place.Store, place.Copies, place.Scratch, place.Endpoint), Hear);
        }
    }

    private async Task BuryAsync(CancellationToken cancellationToken)
    {
        for (int index = 0; index < Roles.Length; index++)
        {
            if (_children[index] is { IsAlive: false } dead)
            {
                _children[index] = null;
                tally.Add($"{dead.Role}s killed");
                if (await dead.EndAsync(cancellationToken) is { } error)
                {
                    _wrong.Add(error);
                }

                await dead.DisposeAsync();
            }
        }
    }

    private async Task EndCommandAsync(CancellationToken cancellationToken)
    {
        if (_cod is { } cod)
        {
            (bool isKilled, string? wrong) = await cod.EndAsync(cancellationToken);
            tally.Add(isKilled ? "commands killed" : "commands ended");
            _wrong.AddRange(wrong is null ? [] : [wrong]);
        }

        lock (_transcript)
        {
            _cod = null;
        }
    }

    /// <summary>Takes the locks of stalled processes away, lets others write, and then lets the stalled ones go on.</summary>
    private async Task RobAsync(SoakChild[] stalled, CancellationToken cancellationToken)
    {
        _series = stalled[0].LastSeries;
        await BuryAsync(cancellationToken);
        Revive();
        int[] others = [.. Enumerable.Range(0, Roles.Length).Where(index => !stalled.Contains(_children[index]))];
        foreach (IGrouping<bool, int> some in others.ToLookup(index => Roles[index] != "mender").OrderBy(some => some.Key))
        {
            await Task.WhenAll(some.Select(index => RunAsync(index, StepFate.None, cancellationToken)));
        }

        await Task.WhenAll(stalled.Select(child => child.RunAsync(SoakCommand.GoOn, cancellationToken)));
    }

    private Task<SoakEventKind?> RunAsync(int index, StepFate fate, CancellationToken cancellationToken)
    {
        SoakCommand command = Draw(fate);
        lock (_transcript)
        {
            _transcript.Add($"{Roles[index]} {_children[index]!.Settings.Id}: {command}");
        }

        return _children[index]!.RunAsync(command.ToString(), cancellationToken);
    }

    private SoakCommand Draw(StepFate fate) => new(random.Next(), 2 + random.Next(4), _series, fate);

    private StepFate DrawFate(string role, bool mustKill)
    {
        StepAction action = random.Next(10) switch
        {
            _ when mustKill => DrawKill(),
            < 2 => DrawKill(),
            < 5 when role != "reader" => StepAction.Stall,
            _ => StepAction.None,
        };
        StepKind kind = random.Next(4) switch
        {
            _ when role == "reader" => StepKind.Request,
            _ when action == StepAction.Stall => StepKind.Change,
            0 => StepKind.Request,
            1 => StepKind.Change,
            _ => place.IsBucket ? StepKind.Change : StepKind.File,
        };

        // Anywhere in what the role has done in its last round.
        int most = _usual.TryGetValue(role, out IReadOnlyList<int>? counts) ? Math.Max(1, counts[(int)kind]) : 10;
        return new StepFate(action, kind, 1 + random.Next(most), random.Next(MaxDelayMicroseconds) >> random.Next(8));
    }

    private StepAction DrawKill() => random.Next(4) switch { 0 => StepAction.KillBefore, 1 => StepAction.KillAfter, _ => StepAction.KillWithin };

    private void Hear(SoakChild child, SoakEvent said)
    {
        lock (_transcript)
        {
            _transcript.Add($"{child.Role} {child.Settings.Id}: {said}");
            _cod?.Hear();
            switch (said.Kind)
            {
                case SoakEventKind.Done:
                    (SoakLedger ledger, SoakChange change) = _begun[(child.Settings.Id, said.Operation)];
                    ledger.Acknowledge(change, said.Time);
                    break;
                case SoakEventKind.Saw:
                    _ledgers[said.Series].Saw(said.Time, said.Numbers);
                    break;
                case SoakEventKind.Wrong:
                    _wrong.Add($"{child.Role} {child.Settings.Id}: {said.Text}");
                    break;
                case SoakEventKind.Refused:
                    tally.Add($"{child.Role}s' {said.Text}");
                    break;
                case SoakEventKind.Stalled:
                    tally.Add("stalls");
                    break;
                case SoakEventKind.Finished:
                    _usual[child.Role] = said.Numbers;
                    tally.Add("instances read", said.Numbers[^1]);
                    break;
                default:
                    child.LastSeries = said.Series;
                    _begun[(child.Settings.Id, said.Operation)] = (_ledgers[said.Series], _ledgers[said.Series].Begin(said.Kind, child.Settings.Id, said));
                    break;
            }
        }
    }
}
