using System.Diagnostics;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>Counts the requests that this process makes to its stores, and stalls or kills it at one of them. Thread-safe.</summary>
/// <param name="fate">What happens, and at which step.</param>
/// <param name="stall">Called where the process stalls; returns when it may go on.</param>
internal sealed class StepCounter(StepFate fate, Func<Task> stall)
{
    private readonly int[] _counts = new int[Enum.GetValues<StepKind>().Length];
    private Thread? _killer;

    /// <summary>How many steps there were of each kind.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>Carries out a request.</summary>
    public async Task<T> TakeAsync<T>(bool isChange, Func<Task<T>> request)
    {
        bool isFated = Count(StepKind.Request);
        isFated |= isChange && Count(StepKind.Change);
        if (isFated && fate.Action == StepAction.Stall)
        {
            await stall();
        }

        Begin(isFated);
        try
        {
            return await request();
        }
        finally
        {
            End(isFated);
        }
    }

    /// <summary>Carries out a change of a file or folder. It must not stall, since it may hold the lock of a folder.</summary>
    public T Take<T>(Func<T> change)
    {
        bool isFated = Count(StepKind.File);
        Begin(isFated);
        try
        {
            return change();
        }
        finally
        {
            End(isFated);
        }
    }

    /// <summary>Waits for a death that is under way; returns only if there is none.</summary>
    public void Settle() => _killer?.Join();

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Whether this is the step at which something happens.</summary>
    private bool Count(StepKind kind) =>
        Interlocked.Increment(ref _counts[(int)kind]) == fate.Step && kind == fate.Kind && fate.Action != StepAction.None;

    private void Begin(bool isFated)
    {
        if (isFated && fate.Action == StepAction.KillBefore)
        {
            Die();
        }
        else if (isFated && fate.Action == StepAction.KillWithin)
        {
            // A thread rather than a timer: a step takes microseconds.
            _killer = new Thread(DieSoon);
            _killer.Start();
        }
    }

    private void End(bool isFated)
    {
        if (isFated && fate.Action == StepAction.KillAfter)
        {
            Die();
        }
    }

    private void DieSoon()
    {
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun).TotalMicroseconds < fate.DelayMicroseconds)
        {
            Thread.SpinWait(20);
        }

        Die();
    }
}
