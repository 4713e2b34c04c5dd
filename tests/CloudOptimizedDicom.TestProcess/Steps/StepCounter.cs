using System.Diagnostics;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>Counts the requests that this process makes to its stores, and stalls or kills it at one of them. Thread-safe.</summary>
/// <param name="fate">What happens, and at which step.</param>
/// <param name="stall">Called where the process stalls; returns when it may go on.</param>
internal sealed class StepCounter(StepFate fate, Func<Task> stall)
{
    private int _steps;
    private int _changes;
    private Thread? _killer;

    /// <summary>All steps so far.</summary>
    public int Steps => _steps;

    /// <summary>Those that were to change something.</summary>
    public int Changes => _changes;

    /// <summary>Carries out a step.</summary>
    public async Task<T> TakeAsync<T>(bool isChange, Func<Task<T>> step)
    {
        int number = Interlocked.Increment(ref _steps);
        int change = isChange ? Interlocked.Increment(ref _changes) : 0;
        if (fate.Action == StepAction.None || fate.Step != (fate.CountsChanges ? change : number))
        {
            return await step();
        }

        await BeginAsync();
        try
        {
            return await step();
        }
        finally
        {
            if (fate.Action == StepAction.KillAfter)
            {
                Die();
            }
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

    private async Task BeginAsync()
    {
        switch (fate.Action)
        {
            case StepAction.Stall:
                await stall();
                break;
            case StepAction.KillBefore:
                Die();
                break;
            case StepAction.KillWithin:
                // A thread rather than a timer: a step takes microseconds.
                _killer = new Thread(DieSoon);
                _killer.Start();
                break;
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
