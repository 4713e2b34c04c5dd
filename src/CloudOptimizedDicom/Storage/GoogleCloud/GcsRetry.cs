using CloudOptimizedDicom.Diagnostics;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>When a call is tried again, and after which pause.</summary>
internal static class GcsRetry
{
    public static readonly ResiliencePropertyKey<GcsCall> Call = new("cod-call");

    public static ResiliencePipeline CreatePipeline(GcsObjectStoreOptions options, ILogger logger, CodMeter meter) =>
        new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                // The call counts by itself, since attempts that brought something do not count.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = arguments => ValueTask.FromResult(
                    ShouldRetry(CallOf(arguments.Context), arguments.Outcome.Exception, options)),
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Pause(CallOf(arguments.Context), options)),
                OnRetry = arguments =>
                {
                    GcsCall call = CallOf(arguments.Context);
                    logger.RequestRepeated(call.Operation, call.Uri, call.Attempts, arguments.RetryDelay, arguments.Outcome.Exception!.GetType().Name);
                    meter.StoreRetries.Add(1, TelemetryTag.Operation, call.Operation);
                    return default;
                },
            })
            .Build();

    /// <summary>How long the service wants to be left alone; null when it does not say.</summary>
    public static TimeSpan? ReadRetryAfter(HttpResponseMessage response, TimeProvider timeProvider)
    {
        if (response.Headers.RetryAfter is not { } header)
        {
            return null;
        }

        TimeSpan? wanted = header.Delta ?? header.Date - (response.Headers.Date ?? timeProvider.GetUtcNow());
        return wanted > TimeSpan.Zero ? wanted : null;
    }

    private static GcsCall CallOf(ResilienceContext context) => context.Properties.GetValue(Call, null!);

    private static bool ShouldRetry(GcsCall call, Exception? exception, GcsObjectStoreOptions options) =>
        GcsErrors.IsRetryable(exception)
        && call.FruitlessAttempts < options.MaxAttempts
        && (call.IsRepeatable || !call.MayHaveApplied)
        && !(call.RetryAfter >= options.ProgressTimeout);

    private static TimeSpan Pause(GcsCall call, GcsObjectStoreOptions options)
    {
        double longest = Math.Min(
            options.MaxBackoff.TotalSeconds,
            options.InitialBackoff.TotalSeconds * Math.Pow(2, Math.Max(call.FruitlessAttempts - 1, 0)));
        double drawn;
        lock (options.Random)
        {
            drawn = options.Random.NextDouble();
        }

        // Full jitter, so that clients which failed together do not come back together.
        return TimeSpan.FromSeconds(Math.Max(longest * drawn, call.RetryAfter?.TotalSeconds ?? 0));
    }
}
