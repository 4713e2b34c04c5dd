using System.Diagnostics.Metrics;
using CloudOptimizedDicom.Testing;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>
/// Knows when an emulator is idle. A request that a process sent before it was killed may still be under way; it has been
/// carried out once the emulator has closed the connection.
/// </summary>
internal sealed class EmulatorConnections : IDisposable
{
    private readonly MeterListener _listener;
    private readonly Lock _gate = new();
    private long _open;
    private TaskCompletionSource? _idle;

    /// <summary>Create it before the emulator starts; no other emulator may run in this process.</summary>
    public EmulatorConnections()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "kestrel.active_connections")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Count(change));
        _listener.Start();
    }

    /// <summary>Waits until nobody is connected. Live clients must have closed their connections.</summary>
    public async Task WaitUntilIdleAsync(GcsEmulator emulator, CancellationToken cancellationToken)
    {
        using (var handler = new SocketsHttpHandler())
        using (var http = new HttpClient(handler))
        {
            // Connections are accepted in order: once this one is, all earlier ones are.
            using HttpResponseMessage answer = await http.GetAsync(emulator.Endpoint, cancellationToken);
        }

        Task idle;
        lock (_gate)
        {
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        Count(0);
        await idle.WaitAsync(cancellationToken);
    }

    public void Dispose() => _listener.Dispose();

    private void Count(long change)
    {
        lock (_gate)
        {
            _open += change;
            if (_open == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }
}
