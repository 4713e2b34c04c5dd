namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// One process of a schedule: its requests queue here until the schedule lets the first of them pass. Continuations run
/// within that call, so a schedule knows when the process waits again.
/// </summary>
internal sealed class Actor(string name, Action onQuiet) : IRequestGate
{
    private readonly Lock _gate = new();
    private readonly Queue<WaitingRequest> _waiting = new();
    private bool _isOver;

    public string Name => name;

    /// <summary>How likely it is to be next, compared with others.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Whether it stays that likely.</summary>
    public bool KeepsWeight { get; init; }

    /// <summary>How much of it has gone wrong.</summary>
    public int Faults { get; set; }

    /// <summary>Whether its requests may go wrong.</summary>
    public bool MayFail { get; init; } = true;

    public ActorClock Clock => field ??= new ActorClock(this);

    /// <summary>Whether only a decision of the schedule can make it go on.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return _isOver || _waiting.Count > 0;
            }
        }
    }

    /// <summary>The request that is next; null when there is none.</summary>
    public WaitingRequest? Next
    {
        get
        {
            lock (_gate)
            {
                return _waiting.TryPeek(out WaitingRequest? next) ? next : null;
            }
        }
    }

    /// <summary>What has ended the program, if anything has that should not.</summary>
    public Exception? Failure { get; private set; }

    public Task<T> PassAsync<T>(StoreRequest request, Func<Task<T>> apply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Enqueue(WaitingRequest.Create(request, apply, cancellationToken, out Task<T> answer));
        return answer;
    }

    public void Enqueue(WaitingRequest waiting)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _waiting.Enqueue(waiting);
        }

        onQuiet();
    }

    public WaitingRequest Dequeue()
    {
        lock (_gate)
        {
            return _waiting.Dequeue();
        }
    }

    /// <summary>The process dies: nothing of it goes on.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _isOver = true;
            _waiting.Clear();
        }

        onQuiet();
    }

    public async Task RunAsync(Func<Task> program)
    {
        try
        {
            await program();
        }
        catch (Exception error)
        {
            Failure = error;
        }

        Kill();
    }
}
