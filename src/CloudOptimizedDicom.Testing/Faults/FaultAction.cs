namespace CloudOptimizedDicom.Testing.Faults;

/// <summary>A fault with its figures. Immutable.</summary>
public sealed record FaultAction
{
    private FaultAction(FaultKind kind) => Kind = kind;

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>The status of a refusal.</summary>
    public int Status { get; private init; }

    /// <summary>The header <c>Retry-After</c> of a refusal, in whole seconds; <see langword="null"/> for none.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Bytes of the body that still go through.</summary>
    public long Bytes { get; private init; }

    /// <summary>How long a delay lasts.</summary>
    public TimeSpan Duration { get; private init; }

    /// <summary>The connection ends without an answer; nothing is done.</summary>
    public static FaultAction DropBefore { get; } = new(FaultKind.DropBefore);

    /// <summary>The connection ends without an answer; what was asked is done.</summary>
    public static FaultAction DropAfter { get; } = new(FaultKind.DropAfter);

    /// <summary>The answer is an error; nothing is done.</summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="retryAfter">The header <c>Retry-After</c>.</param>
    /// <returns>The fault.</returns>
    public static FaultAction Refuse(int status, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return new(FaultKind.Refuse) { Status = status, RetryAfter = retryAfter };
    }

    /// <summary>The connection ends within the body of the request. A shorter body goes through.</summary>
    /// <param name="bytes">Bytes that still arrive, framing of multipart uploads included.</param>
    /// <returns>The fault.</returns>
    public static FaultAction CutRequest(long bytes) => new(FaultKind.CutRequest) { Bytes = RequireNotNegative(bytes) };

    /// <summary>The connection ends within the body of the answer. A body that is no longer goes through.</summary>
    /// <param name="bytes">Bytes that still arrive; fewer, when the length of the answer is not known beforehand.</param>
    /// <returns>The fault.</returns>
    public static FaultAction CutResponse(long bytes) => new(FaultKind.CutResponse) { Bytes = RequireNotNegative(bytes) };

    /// <summary>The request is carried out later.</summary>
    /// <param name="duration">How long, by the clock of the emulator.</param>
    /// <returns>The fault.</returns>
    public static FaultAction Delay(TimeSpan duration) => new(FaultKind.Delay) { Duration = duration };

    private static long RequireNotNegative(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return bytes;
    }
}
