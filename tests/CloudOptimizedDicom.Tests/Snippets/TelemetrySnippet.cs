using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class TelemetrySnippet
{
    public static void Run(IServiceCollection services)
    {
        // <snippet:telemetry>
        services.AddCloudOptimizedDicom("gs://archive/cod");
        services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter("CloudOptimizedDicom"))
            .WithTracing(tracing => tracing.AddSource("CloudOptimizedDicom"));
        // </snippet>
    }
}
