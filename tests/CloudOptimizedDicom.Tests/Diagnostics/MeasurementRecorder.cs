using System.Diagnostics.Metrics;

namespace CloudOptimizedDicom.Tests.Diagnostics;

/// <summary>Makes meters and listens to them, and to no others.</summary>
internal sealed class MeasurementRecorder : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly List<Measurement> _measurements = [];
    private readonly List<Instrument> _instruments = [];
    private readonly List<Meter> _meters = [];
    private readonly MeterListener _listener = new();

    public MeasurementRecorder()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
            {
                _instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments => _instruments;

    public IReadOnlyList<Measurement> Measurements
    {
        get
        {
            lock (_gate)
            {
                return [.. _measurements];
            }
        }
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>All that was counted; with a value, only what has a tag of that value.</summary>
    public double Sum(string name, object? value = null) =>
        Of(name).Where(measurement => value is null || measurement.Tags.ContainsValue(value)).Sum(measurement => measurement.Value);

    public IEnumerable<Measurement> Of(string name) => Measurements.Where(measurement => measurement.Name == name);

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var measurement = new Measurement(instrument.Name, value, new Dictionary<string, object?>(tags.ToArray()));
        lock (_gate)
        {
            _measurements.Add(measurement);
        }
    }

    internal sealed record Measurement(string Name, double Value, Dictionary<string, object?> Tags);
}
