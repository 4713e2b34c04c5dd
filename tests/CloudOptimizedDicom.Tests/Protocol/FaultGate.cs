namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Lets one request fail, and counts.</summary>
/// <param name="isTarget">Which one, told by its number, counted from 1, and what it asks.</param>
/// <param name="verdict">How. Behind one that is answered 503, all fail; behind one that kills, none ever ends.</param>
internal sealed class FaultGate(Func<int, StoreRequest, bool> isTarget, Verdict verdict) : IRequestGate
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<StoreRequest> _requests = [];
    private bool _hasFailed;

    /// <param name="at">Which, counted from 1; 0 for none.</param>
    /// <param name="verdict">How.</param>
    public FaultGate(int at = 0, Verdict verdict = Verdict.Apply)
        : this((number, _) => number == at, verdict)
    {
    }

    /// <summary>Ends when the process is dead.</summary>
    public Task Died => _died.Task;

    public IReadOnlyList<StoreRequest> Requests => _requests;

    public async Task<T> PassAsync<T>(StoreRequest request, Func<Task<T>> apply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Verdict mine = Decide(request);
        T? answer = mine.IsApplied() ? await apply() : default;
        if (mine.IsKilled() || _died.Task.IsCompleted)
        {
            _died.TrySetResult();
            return await new TaskCompletionSource<T>().Task;
        }

        return mine.ToException(request) is { } error ? throw error : answer!;
    }

    private Verdict Decide(StoreRequest request)
    {
        lock (_requests)
        {
            _requests.Add(request);
            bool isMine = isTarget(_requests.Count, request);
            bool lasts = verdict == Verdict.Unavailable || verdict.IsKilled();
            bool fails = _hasFailed ? lasts : isMine;
            _hasFailed |= isMine;
            return fails ? verdict : Verdict.Apply;
        }
    }
}
