namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A request of an actor that waits for the schedule's decision.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="ApplyAsync">Carries it out. Gives the answer, or the exception that is the answer; nobody hears of it yet.</param>
/// <param name="Complete">Lets its caller go on, within this call.</param>
internal sealed record WaitingRequest(StoreRequest Request, Func<Task<object?>> ApplyAsync, Action<Verdict> Complete)
{
    public static WaitingRequest Create<T>(StoreRequest request, Func<Task<T>> apply, CancellationToken cancellationToken, out Task<T> answer)
    {
        // Without RunContinuationsAsynchronously: see Actor.
        var source = new TaskCompletionSource<T>();
        Task<T>? applied = null;
        answer = source.Task;
        return new WaitingRequest(request, ApplyAsync, Complete);

        async Task<object?> ApplyAsync()
        {
            applied = RunAsync();
            try
            {
                return await applied;
            }
            catch (Exception error)
            {
                return error;
            }
        }

        // A store may throw before it gives a task.
        async Task<T> RunAsync() => await apply();

        void Complete(Verdict verdict)
        {
            if (verdict.IsKilled())
            {
                return;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                source.SetCanceled(cancellationToken);
            }
            else if (verdict.ToException(request) is { } error)
            {
                source.SetException(error);
            }
            else
            {
                source.SetFromTask(applied!);
            }
        }
    }
}
