namespace CloudOptimizedDicom;

/// <summary>Ends what waits for bytes that do not come.</summary>
/// <param name="Limit">How long nothing may come; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
/// <param name="Clock">The clock.</param>
internal sealed record StallLimit(TimeSpan Limit, TimeProvider Clock)
{
    /// <exception cref="IOException">Nothing has come for too long.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var stalled = new CancellationTokenSource(Limit, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stalled.Token);
        try
        {
            return await wait(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (stalled.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {Limit.TotalSeconds:0.###} s", error);
        }
    }
}
