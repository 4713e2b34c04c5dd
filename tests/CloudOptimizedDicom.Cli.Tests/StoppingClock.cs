namespace CloudOptimizedDicom.Cli.Tests;

/// <summary>A clock on which an hour never passes, and which tells when somebody begins to wait for one.</summary>
internal sealed class StoppingClock : TimeProvider
{
    public static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when somebody waits for good.</summary>
    public Task Stopped => _stopped.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Never)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        _stopped.TrySetResult();
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
