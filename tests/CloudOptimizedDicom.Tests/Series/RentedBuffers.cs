using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Counts the large buffers that the process rents from the shared pool and does not return.</summary>
internal sealed class RentedBuffers : EventListener
{
    private const int Rented = 1;
    private const int Returned = 3;
    private const int LargeBytes = 32 * 1024;

    private readonly ConcurrentDictionary<int, bool>? _outstanding = new();

    public int Outstanding => _outstanding!.Count;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The base class may deliver events before the fields of this one are there.
        if (_outstanding is null || eventData.Payload is not [int id, int size, ..] || size < LargeBytes)
        {
            return;
        }

        if (eventData.EventId == Rented)
        {
            _outstanding[id] = true;
        }
        else if (eventData.EventId == Returned)
        {
            _outstanding.TryRemove(id, out _);
        }
    }
}
