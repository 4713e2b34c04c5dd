namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// The clock of one process. A pause ends when the schedule lets it, as if it were a request; a deadline passes only when the
/// schedule says so.
/// </summary>
internal sealed class ActorClock(Actor actor) : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<ActorTimer> _deadlines = [];

    private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(50);
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public bool HasDeadline
    {
        get
        {
            lock (_gate)
            {
                return _deadlines.Count > 0;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _ticks;

    /// <summary>Time passes; or the clock is set back, as clocks of machines are, and time passes all the same.</summary>
    public void Move(TimeSpan jump)
    {
        _now += jump;
        _ticks += jump.Duration().Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ActorTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void PassDeadlines()
    {
        ActorTimer[] passed;
        lock (_gate)
        {
            passed = [.. _deadlines];
            _deadlines.Clear();
        }

        foreach (ActorTimer timer in passed)
        {
            timer.Fire();
        }
    }

    private void Start(ActorTimer timer, TimeSpan dueTime)
    {
        if (dueTime > LongestPause)
        {
            lock (_gate)
            {
                _deadlines.Add(timer);
            }
        }
        else if (dueTime >= TimeSpan.Zero)
        {
            actor.Enqueue(new WaitingRequest(
                new StoreRequest(StoreRequest.Pause, $"{dueTime.TotalMilliseconds} ms"), () => Task.FromResult<object?>(null), _ => timer.Fire()));
        }
    }

    private void Stop(ActorTimer timer)
    {
        lock (_gate)
        {
            _deadlines.Remove(timer);
        }
    }

    private sealed class ActorTimer(ActorClock clock, Action fire) : ITimer
    {
        private bool _isStopped;

        public void Fire()
        {
            if (!_isStopped)
            {
                fire();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Start(this, dueTime);
            return true;
        }

        public void Dispose()
        {
            _isStopped = true;
            clock.Stop(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
