using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Requests;

/// <summary>
/// A request and its answer, without what must stay secret. It is in the log before the answer begins, and
/// <see cref="BytesDown"/> grows as the answer is sent; the last byte is counted before it can be read.
/// </summary>
public sealed class RequestEntry
{
    private long _bytesUp;
    private long _bytesDown;

    internal RequestEntry(DateTimeOffset time, string method)
    {
        Time = time;
        Method = method;
    }

    /// <summary>When the request came.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The method of HTTP.</summary>
    public string Method { get; }

    /// <summary>What was asked for.</summary>
    public GcsOperation Operation { get; internal set; }

    /// <summary>The bucket; empty when none was named.</summary>
    public string Bucket { get; internal set; } = "";

    /// <summary>The object, of a copy the new one; empty when none was named.</summary>
    public string Object { get; internal set; } = "";

    /// <summary>Number of the resumable upload that the request belongs to, from 1; <see langword="null"/> for others.</summary>
    public int? Upload { get; internal set; }

    /// <summary>The parameters in the URL, without preconditions, keys, tokens and names of upload sessions.</summary>
    public IReadOnlyDictionary<string, string> Query { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The preconditions by their names in the JSON API.</summary>
    public IReadOnlyDictionary<string, string> Preconditions { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The header <c>Range</c> of a request for bytes, or <c>Content-Range</c> of an upload.</summary>
    public string? Range { get; internal set; }

    /// <summary>The status; <see langword="null"/> when the connection was dropped without an answer.</summary>
    public int? Status { get; internal set; }

    /// <summary>The kind of the injected fault; <see langword="null"/> when there was none.</summary>
    public string? Fault { get; internal set; }

    /// <summary>Bytes of the request's body that were read.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    /// <summary>Bytes of the answer's body that were sent.</summary>
    public long BytesDown => Interlocked.Read(ref _bytesDown);

    /// <summary>
    /// <c>A</c> or <c>B</c>, the class that the operation is charged in (Cloud Storage, "Pricing", operations by class);
    /// <see langword="null"/> for what is free, which deletes are and all requests of a resumable upload but the first.
    /// </summary>
    public char? OperationClass => Operation switch
    {
        GcsOperation.Get or GcsOperation.Media or GcsOperation.BucketGet => 'B',
        GcsOperation.Other or GcsOperation.Delete or GcsOperation.SessionCancel => null,
        _ when IsContinuation => null,
        _ => 'A',
    };

    /// <summary>Whether the request goes on with a resumable upload; without these, an upload counts as one request.</summary>
    public bool IsContinuation => Operation is GcsOperation.SessionData or GcsOperation.SessionStatus or GcsOperation.SessionCancel;

    internal void AddBytesUp(int count) => Interlocked.Add(ref _bytesUp, count);

    internal void AddBytesDown(int count) => Interlocked.Add(ref _bytesDown, count);

    internal JsonObject ToJson() => new()
    {
        ["time"] = Time.UtcDateTime.ToString("O"),
        ["method"] = Method,
        ["operation"] = Operation.ToString(),
        ["bucket"] = Bucket,
        ["object"] = Object,
        ["upload"] = Upload,
        ["query"] = ToJson(Query),
        ["preconditions"] = ToJson(Preconditions),
        ["range"] = Range,
        ["status"] = Status,
        ["fault"] = Fault,
        ["bytesUp"] = BytesUp,
        ["bytesDown"] = BytesDown,
        ["class"] = OperationClass?.ToString(),
        ["continuation"] = IsContinuation,
    };

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
