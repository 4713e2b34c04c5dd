using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Locking;

/// <summary>Waiting for a lock that somebody else holds: asks now and then whether it is still there, which costs less than trying to take it.</summary>
/// <param name="seriesLock">The lock.</param>
/// <param name="limit">How long to wait in all.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class LockWait(SeriesLock seriesLock, TimeSpan limit, TimeProvider timeProvider)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly long _began = timeProvider.GetTimestamp();
    private TimeSpan _pause = FirstPause;

    /// <summary>Waits until the lock is not there any more.</summary>
    /// <param name="holder">Who held it last; null when it is free again.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="LockAcquisitionException">The time is over.</exception>
    public async Task WaitAsync(LockHolder? holder, CancellationToken cancellationToken)
    {
        if (holder is null || limit <= TimeSpan.Zero)
        {
            await WaitUntilFreeAsync(holder, cancellationToken).ConfigureAwait(false);
            return;
        }

        long began = timeProvider.GetTimestamp();
        seriesLock.Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Waited);
        try
        {
            await WaitUntilFreeAsync(holder, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            seriesLock.Meter.LockWaits.Record(timeProvider.GetElapsedTime(began).TotalSeconds);
        }
    }

    private async Task WaitUntilFreeAsync(LockHolder? holder, CancellationToken cancellationToken)
    {
        do
        {
            TimeSpan left = limit - timeProvider.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero)
            {
                throw seriesLock.Refuse(holder);
            }

            if (holder is not null)
            {
                await Task.Delay(NextPause(left), timeProvider, cancellationToken).ConfigureAwait(false);
                holder = await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        while (holder is not null);
    }

    /// <summary>Each pause is longer than the one before, and of those who wait together each has another.</summary>
    private TimeSpan NextPause(TimeSpan left)
    {
        TimeSpan pause = _pause * (0.5 + (Random.Shared.NextDouble() / 2));
        _pause = _pause * 1.5 < LongestPause ? _pause * 1.5 : LongestPause;
        return pause < left ? pause : left;
    }
}
