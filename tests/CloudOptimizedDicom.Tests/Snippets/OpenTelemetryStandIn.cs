namespace Snippets;

/// <summary>Has the members of OpenTelemetry's builders that a snippet calls, and keeps the names; the package itself is no dependency here.</summary>
internal sealed class OpenTelemetryStandIn
{
    public List<string> Meters { get; } = [];

    public List<string> Sources { get; } = [];

    public OpenTelemetryStandIn WithMetrics(Action<OpenTelemetryStandIn> configure) => Configure(configure);

    public OpenTelemetryStandIn WithTracing(Action<OpenTelemetryStandIn> configure) => Configure(configure);

    public void AddMeter(string name) => Meters.Add(name);

    public void AddSource(string name) => Sources.Add(name);

    private OpenTelemetryStandIn Configure(Action<OpenTelemetryStandIn> configure)
    {
        configure(this);
        return this;
    }
}
