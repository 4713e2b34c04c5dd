using System.Globalization;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// Several processes on one series. One request passes at a time, when all processes wait; which one, and what becomes of it,
/// is drawn by the seed, so a seed always leads to the same trace.
/// </summary>
internal sealed class Schedule
{
    private const int MaxSteps = 5000;
    private const double RareWeight = 0.15;
    private const double ReweighShare = 0.1;
    private const double JumpShare = 0.05;
    private const double DeadlineShare = 0.15;
    private const double LateShare = 0.3;
    private const double ArrivalShare = 0.05;

    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(1);
    private static readonly double[] Weights = [0.02, 0.2, 1, 5];
    private static readonly Verdict[] Faults =
        [Verdict.Refuse, Verdict.Unavailable, Verdict.LoseBefore, Verdict.LoseAfter, Verdict.KillBefore, Verdict.KillAfter];

    private readonly Random _random;
    private readonly ManualTimeProvider? _storeClock;
    private readonly History _history;
    private readonly List<Actor> _actors = [];
    private readonly List<LateRequest> _late = [];
    private readonly List<string> _trace = [];
    private readonly Dictionary<long, int> _generations = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _quiet;

    private Schedule(Random random, History history, ManualTimeProvider? storeClock) => (_random, _history, _storeClock) = (random, history, storeClock);

    /// <summary>Runs one schedule.</summary>
    /// <returns>The requests, each with who made it and what became of it.</returns>
    /// <exception cref="ScheduleFailedException">A rule was broken.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(int seed, ScheduleBench bench)
    {
        var random = new Random(seed);
        var plan = new SchedulePlan(random);
        History history = await bench.BeginAsync(plan.Origin);
        var schedule = new Schedule(random, history, bench.Clock);
        try
        {
            schedule.Start(plan, bench);
            await schedule.RunAsync(plan.FaultShare);
            history.End();
            await bench.RecoverAsync(history);
            return schedule._trace;
        }
        catch (KnownLimitException limit)
        {
            schedule._trace.Add(limit.Message);
            return schedule._trace;
        }
        catch (Exception error)
        {
            throw new ScheduleFailedException(seed, plan, schedule._trace, error);
        }
    }

    private void Start(SchedulePlan plan, ScheduleBench bench)
    {
        var programs = new ActorPrograms(
            bench.Instances, plan, _history, program => Add($"Taker{_actors.Count}", bench, program));
        foreach (WriterPlan writer in plan.Writers)
        {
            Add($"{writer.Mode}{_actors.Count}", bench, (actor, store) => programs.WriteAsync(actor, store, writer));
        }

        foreach (int _ in Enumerable.Range(0, plan.Readers))
        {
            Add($"Reader{_actors.Count}", bench, programs.ReadAsync);
        }

        if (plan.HasBreaker)
        {
            Add("Breaker", bench, (_, store) => programs.BreakLockAsync(store), mayFail: false, isRare: true);
        }

        if (plan.HasRepairer)
        {
            Add(History.Repairer, bench, programs.RepairAsync, isRare: true);
        }

        if (plan.HasDeleter)
        {
            Add("Deleter", bench, programs.DeleteAsync, isRare: true);
        }

        if (plan.Python is { } python)
        {
            Add("Python", bench, (_, store) => programs.WriteAsPythonAsync(store, python), mayFail: false);
        }
    }

    private void Add(string name, ScheduleBench bench, Func<Actor, IObjectStore, Task> program, bool mayFail = true, bool isRare = false)
    {
        var actor = new Actor(name, TellQuiet) { MayFail = mayFail, Weight = isRare ? RareWeight : 1, KeepsWeight = isRare };
        lock (_gate)
        {
            _actors.Add(actor);
        }

        _ = actor.RunAsync(() => program(actor, new GatedObjectStore(bench.Store, actor)));
    }

    private async Task RunAsync(double faultShare)
    {
        for (int step = 0; step < MaxSteps; step++)
        {
            await QuietAsync().WaitAsync(Watchdog);
            if (_actors.Find(actor => actor.Failure is not null) is { Failure: { } failure })
            {
                throw failure;
            }

            Actor? next = Pick();
            if (_late.Count > 0 && (next is null || _random.NextDouble() < ArrivalShare))
            {
                await ArriveAsync();
                continue;
            }

            if (next is null)
            {
                return;
            }

            await PassAsync(next, _random.NextDouble() < faultShare && next.MayFail);
            MoveClocks();
        }

        throw new RuleViolatedException($"after {MaxSteps} requests nobody is done");
    }

    private async Task PassAsync(Actor actor, bool fails)
    {
        WaitingRequest waiting = actor.Dequeue();
        Verdict verdict = fails && waiting.Request.Operation != StoreRequest.Pause ? Faults[_random.Next(Faults.Length)] : Verdict.Apply;
        object? answer = verdict.IsApplied() ? await waiting.ApplyAsync() : null;
        _trace.Add(Describe(actor, waiting.Request, verdict, answer));
        if (verdict.IsApplied())
        {
            _history.Applied(actor.Name, _history.FindSession(actor.Name), waiting.Request, answer);
        }
        else if (verdict == Verdict.LoseBefore && waiting.Request.IsChange && _random.NextDouble() < LateShare)
        {
            _late.Add(new LateRequest(actor, _history.FindSession(actor.Name), waiting));
        }

        actor.Faults += verdict == Verdict.Apply ? 0 : 1;
        if (verdict.IsKilled())
        {
            actor.Kill();
        }
        else if (verdict is Verdict.LoseBefore or Verdict.LoseAfter && actor.Clock.HasDeadline && _random.NextDouble() < DeadlineShare)
        {
            _trace.Add($"{actor.Name}: the deadline passes");
            actor.Clock.PassDeadlines();
        }

        if (verdict != Verdict.Apply && answer is ObjectContent content)
        {
            await content.DisposeAsync();
        }

        waiting.Complete(verdict);
    }

    /// <summary>A request that its process has given up is carried out after all.</summary>
    private async Task ArriveAsync()
    {
        LateRequest late = _late[_random.Next(_late.Count)];
        _late.Remove(late);
        object? answer = await late.Waiting.ApplyAsync();
        _trace.Add($"late: {Describe(late.Actor, late.Waiting.Request, Verdict.Apply, answer)}");
        _history.Applied(late.Actor.Name, late.Session, late.Waiting.Request, answer);
    }

    private Actor? Pick()
    {
        if (_random.NextDouble() < ReweighShare)
        {
            Actor any = _actors[_random.Next(_actors.Count)];
            any.Weight = any.KeepsWeight ? RareWeight : Weights[_random.Next(Weights.Length)];
        }

        Actor[] ready = [.. _actors.Where(actor => actor.Next is not null)];
        double at = _random.NextDouble() * ready.Sum(actor => actor.Weight);
        return ready.FirstOrDefault(actor => (at -= actor.Weight) < 0) ?? ready.LastOrDefault();
    }

    private void MoveClocks()
    {
        if (_random.NextDouble() < JumpShare)
        {
            _actors[_random.Next(_actors.Count)].Clock.Move(TimeSpan.FromSeconds(_random.Next(-100, 100)));
        }

        // Drawn in any case, so that a seed means the same whatever the store is.
        TimeSpan passed = TimeSpan.FromMilliseconds(_random.Next(1, 50));
        if (_storeClock is not null)
        {
            _storeClock.Now += passed;
        }
    }

    private Task QuietAsync()
    {
        lock (_gate)
        {
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_actors.TrueForAll(actor => actor.IsQuiet))
            {
                _quiet.SetResult();
            }

            return _quiet.Task;
        }
    }

    private void TellQuiet()
    {
        lock (_gate)
        {
            if (_quiet is not null && _actors.TrueForAll(actor => actor.IsQuiet))
            {
                _quiet.TrySetResult();
            }
        }
    }

    private string Describe(Actor actor, StoreRequest request, Verdict verdict, object? answer)
    {
        string condition = request.Generation is { } generation ? $" if {Ordinal(generation)}" : "";
        string outcome = answer switch
        {
            ObjectInfo info => Ordinal(info.Generation),
            ObjectContent content => Ordinal(content.Info.Generation),
            Exception error => error.GetType().Name,
            null => "nothing",
            _ => $"{answer}",
        };
        return $"{actor.Name} {request.Operation} {Path.GetFileName(request.Name)}{condition}: {verdict}{(verdict.IsApplied() ? ", " + outcome : "")}";
    }

    // The generations of a server's clock differ from run to run, their order does not.
    private string Ordinal(long generation)
    {
        if (generation != 0 && !_generations.TryGetValue(generation, out int ordinal))
        {
            _generations[generation] = ordinal = _generations.Count + 1;
        }
        else
        {
            ordinal = generation == 0 ? 0 : _generations[generation];
        }

        return string.Create(CultureInfo.InvariantCulture, $"#{ordinal}");
    }
}
