using System.Diagnostics;

namespace CloudOptimizedDicom.Diagnostics;

/// <summary>The spans of the library, as <c>docs/TELEMETRY.md</c> lists them. Where nobody listens there are none.</summary>
internal static class CodActivitySource
{
    public const string Open = "cod.open";
    public const string Append = "cod.append";
    public const string Sync = "cod.sync";
    public const string ReadInstance = "cod.read_instance";
    public const string ReadFrames = "cod.read_frames";
    public const string Verify = "cod.verify";
    public const string Repair = "cod.repair";
    public const string Delete = "cod.delete";
    public const string Request = "cod.store.request";

    private static readonly ActivitySource Source = new("CloudOptimizedDicom", typeof(CodActivitySource).Assembly.GetName().Version?.ToString(3));

    public static bool HasListeners => Source.HasListeners();

    /// <summary>Begins a span that its disposal ends; null where nobody listens.</summary>
    public static Activity? Start(string name, string seriesUri)
    {
        Activity? activity = Source.StartActivity(name);
        activity?.SetTag(TelemetryTag.SeriesUri, seriesUri);
        return activity;
    }

    public static Activity? StartRequest() => Source.StartActivity(Request, ActivityKind.Client);

    /// <summary>Does work in a span, which says whether it failed.</summary>
    public static async Task<T> TraceAsync<T>(string name, string seriesUri, Func<Activity?, Task<T>> work)
    {
        using Activity? activity = Start(name, seriesUri);
        try
        {
            return await work(activity).ConfigureAwait(false);
        }
        catch (Exception error) when (activity.MarkFailed(error))
        {
            throw;
        }
    }

    /// <summary>Notes what ended the work; for a filter, which never catches.</summary>
    public static bool MarkFailed(this Activity? activity, Exception error)
    {
        activity?.SetStatus(ActivityStatusCode.Error).SetTag(TelemetryTag.ErrorType, error.GetType().FullName);
        return false;
    }
}
