namespace CloudOptimizedDicom;

/// <summary>Lets work on one series run one after the other, so that a process does not meet its own lock. Thread-safe.</summary>
internal sealed class SeriesTurns
{
    private readonly Dictionary<SeriesId, Task> _last = [];

    /// <summary>Runs work when what was given before for the same series has ended.</summary>
    public async Task<T> RunAsync<T>(SeriesId id, Func<Task<T>> work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_last)
        {
            _last.TryGetValue(id, out before);
            _last[id] = ended.Task;
        }

        try
        {
            await (before ?? Task.CompletedTask).ConfigureAwait(false);
            return await work().ConfigureAwait(false);
        }
        finally
        {
            lock (_last)
            {
                if (_last[id] == ended.Task)
                {
                    _last.Remove(id);
                }
            }

            ended.SetResult();
        }
    }
}
