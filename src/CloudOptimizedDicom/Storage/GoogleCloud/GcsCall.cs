namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>
/// One call of a user, however many requests it takes: how often it was tried, what it may have done, and how long it may go
/// on. Not thread-safe.
/// </summary>
internal sealed class GcsCall : IDisposable
{
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration _registration;
    private readonly TimeSpan _progressTimeout;

    public GcsCall(string operation, string uri, GcsObjectStoreOptions options, CancellationToken cancellationToken)
    {
        (Operation, Uri) = (operation, uri);
        _cancellationToken = cancellationToken;
        _progressTimeout = options.ProgressTimeout;
        _deadline = new CancellationTokenSource(_progressTimeout, options.TimeProvider);
        _registration = cancellationToken.UnsafeRegister(static deadline => ((CancellationTokenSource)deadline!).Cancel(), _deadline);
    }

    public string Operation { get; }

    public string Uri { get; }

    /// <summary>Ends when the caller cancels, or when nothing has moved for too long.</summary>
    public CancellationToken Token => _deadline.Token;

    public int Attempts { get; private set; }

    /// <summary>Attempts in a row that brought nothing.</summary>
    public int FruitlessAttempts { get; private set; }

    /// <summary>Whether a request was sent that changes something, and no answer says that it did not.</summary>
    public bool MayHaveApplied { get; set; }

    /// <summary>Whether doing it twice does no harm, so that it may be repeated even if it may have been done.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>How long the service wants to be left alone, by its last answer.</summary>
    public TimeSpan? RetryAfter { get; set; }

    public void BeginAttempt()
    {
        Attempts++;
        FruitlessAttempts++;
        RetryAfter = null;
    }

    /// <summary>Bytes are moving, so the deadline moves too.</summary>
    public void KeepAlive() => _deadline.CancelAfter(_progressTimeout);

    /// <summary>Something was achieved that will not be lost.</summary>
    public void Advance()
    {
        FruitlessAttempts = 0;
        KeepAlive();
    }

    public void ThrowIfCancelled() => _cancellationToken.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _registration.Dispose();
        _deadline.Dispose();
    }
}
