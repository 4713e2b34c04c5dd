namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class ManualTimeProvider(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
