using System.Collections.Concurrent;
using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>Listens to the spans of the library, whoever makes them, so nothing else may run beside it.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "CloudOptimizedDicom",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The spans in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended];

    public Activity Single(string name) => Ended.Single(activity => activity.OperationName == name);

    public IReadOnlyList<Activity> ChildrenOf(Activity parent) => [.. Ended.Where(activity => activity.ParentSpanId == parent.SpanId)];

    public void Dispose() => _listener.Dispose();
}
