using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class OpenTelemetryStandInExtensions
{
    public static OpenTelemetryStandIn AddOpenTelemetry(this IServiceCollection services)
    {
        var builder = new OpenTelemetryStandIn();
        services.AddSingleton(builder);
        return builder;
    }
}
