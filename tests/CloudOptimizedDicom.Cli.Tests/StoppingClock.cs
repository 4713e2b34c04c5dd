namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>A clock on which an hour passes only when it is told so, and which tells when somebody begins to wait for one.</summary>
internal sealed class StoppingClock : TimeProvider
{
    public static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<ITimer> _waiting = [];
    private TaskCompletionSource _stopped = NewStop();

    /// <summary>Ends when somebody waits for an hour.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Lets those go on who wait, and waits for the next one to stop.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            _stopped = NewStop();
            _waiting.ForEach(timer => timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
            _waiting.Clear();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Never)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        lock (_gate)
        {
            ITimer timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _waiting.Add(timer);
            _stopped.TrySetResult();
            return timer;
        }
    }

    private static TaskCompletionSource NewStop() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
