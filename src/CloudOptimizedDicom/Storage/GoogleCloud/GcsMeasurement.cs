using System.Diagnostics;
using System.Net;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>One request as it is counted, timed and traced. Ends when disposed; without an answer by then, it failed.</summary>
internal sealed class GcsMeasurement : IDisposable
{
    private readonly CodMeter _meter;
    private readonly Activity? _activity;
    private readonly string _operation;
    private readonly string _class;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly long _bytes;
    private HttpStatusCode? _status;

    private GcsMeasurement(CodMeter meter, GcsCall call, HttpRequestMessage request)
    {
        _meter = meter;
        _operation = OperationOf(call, request);
        _class = ClassOf(_operation, request.Method);
        _bytes = request.Content?.Headers.ContentLength ?? 0;
        _activity = CodActivitySource.StartRequest();
        _activity?.SetTag(TelemetryTag.Operation, _operation)
            .SetTag(TelemetryTag.OperationClass, _class)
            .SetTag(TelemetryTag.ObjectUri, call.Uri)
            .SetTag(TelemetryTag.Attempt, call.Attempts);
    }

    /// <summary>Begins a measurement; null when nobody wants it.</summary>
    public static GcsMeasurement? Begin(CodMeter meter, GcsCall call, HttpRequestMessage request) =>
        meter.StoreRequests.Enabled || meter.StoreRequestDuration.Enabled || meter.StoreBytes.Enabled || CodActivitySource.HasListeners
            ? new GcsMeasurement(meter, call, request)
            : null;

    public void Answered(HttpStatusCode status) => _status = status;

    public void Dispose()
    {
        KeyValuePair<string, object?> operation = new(TelemetryTag.Operation, _operation);
        KeyValuePair<string, object?> operationClass = new(TelemetryTag.OperationClass, _class);
        KeyValuePair<string, object?> answer = _status is { } status
            ? new(TelemetryTag.StatusCode, (int)status)
            : new(TelemetryTag.ErrorType, "no_answer");
        _meter.StoreRequests.Add(1, operation, operationClass, answer);
        _meter.StoreRequestDuration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds, operation, operationClass, answer);
        if (_status is not null)
        {
            _meter.StoreBytes.Add(_bytes, TelemetryTag.Direction, "transmit");
        }

        _activity?.SetTag(answer.Key, answer.Value);
        if (_status is null or >= HttpStatusCode.BadRequest)
        {
            _activity?.SetStatus(ActivityStatusCode.Error);
        }

        _activity?.Dispose();
    }

    // A call may ask what is live before and after what it is for.
    private static string OperationOf(GcsCall call, HttpRequestMessage request) =>
        request.Method != HttpMethod.Get || call.Operation == "list" ? call.Operation
            : request.RequestUri!.Query.Contains("alt=media", StringComparison.Ordinal) ? "read" : "stat";

    // Cloud Storage, "Pricing", operations by class: of an upload in a session, only the start is charged.
    private static string ClassOf(string operation, HttpMethod method) =>
        method == HttpMethod.Post || operation == "list" ? "A" : method == HttpMethod.Get ? "B" : "free";
}
