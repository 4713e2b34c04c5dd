using System.Diagnostics.Metrics;

namespace CloudOptimizedDicom.Diagnostics;

/// <summary>The names of tags, on measurements and spans alike. No value is ever a credential or the URL of a request.</summary>
internal static class TelemetryTag
{
    public const string Outcome = "cod.outcome";
    public const string Kind = "cod.kind";
    public const string Event = "cod.event";
    public const string Operation = "cod.operation";
    public const string OperationClass = "cod.operation.class";
    public const string StorageClass = "cod.storage_class";
    public const string Direction = "network.io.direction";
    public const string StatusCode = "http.response.status_code";
    public const string ErrorType = "error.type";
    public const string SeriesUri = "cod.series.uri";
    public const string ObjectUri = "cod.object.uri";
    public const string Mode = "cod.mode";
    public const string Attempt = "cod.attempt";
    public const string Count = "cod.count";
    public const string Bytes = "cod.bytes";

    /// <summary>Counts with one tag; nothing counts as nothing.</summary>
    public static void Add(this Counter<long> counter, long count, string tag, string value)
    {
        if (count > 0)
        {
            counter.Add(count, new KeyValuePair<string, object?>(tag, value));
        }
    }
}
