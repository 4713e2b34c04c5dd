using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>One request and its answer, with the fault that befalls them.</summary>
internal sealed class Exchange
{
    private const int MaxJsonBytes = 1 << 20;

    private readonly HttpContext _context;
    private readonly RequestLog _log;
    private readonly FaultRules _faults;
    private readonly TimeProvider _timeProvider;
    private FaultAction? _fault;

    public Exchange(HttpContext context, RequestLog log, FaultRules faults, TimeProvider timeProvider)
    {
        _context = context;
        _log = log;
        _faults = faults;
        _timeProvider = timeProvider;
        Address = RequestAddress.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        string method = context.Request.Headers["X-HTTP-Method-Override"].ToString();
        Method = method.Length > 0 ? method : context.Request.Method;
        Entry = RequestParameters.Describe(context.Request, Method, timeProvider.GetUtcNow());
        Body = new RequestBodyStream(context.Request.Body, Entry);
    }

    public string Method { get; }

    public RequestAddress Address { get; }

    public RequestEntry Entry { get; }

    public RequestBodyStream Body { get; }

    public bool HasAnswered { get; private set; }

    public CancellationToken Aborted => _context.RequestAborted;

    public IHeaderDictionary RequestHeaders => _context.Request.Headers;

    public IHeaderDictionary Headers => _context.Response.Headers;

    public string Origin => $"{_context.Request.Scheme}://{_context.Request.Host}";

    public string? Query(string name) => _context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public long? QueryNumber(string name) => RequestParameters.Number(name, Query(name));

    public bool QueryFlag(string name) => string.Equals(Query(name), "true", StringComparison.OrdinalIgnoreCase);

    public GcsConditions Conditions(string prefix = "if") => new()
    {
        IfGenerationMatch = QueryNumber(prefix + "GenerationMatch"),
        IfGenerationNotMatch = QueryNumber(prefix + "GenerationNotMatch"),
        IfMetagenerationMatch = QueryNumber(prefix + "MetagenerationMatch"),
        IfMetagenerationNotMatch = QueryNumber(prefix + "MetagenerationNotMatch"),
    };

    /// <summary>Says what the request is, and lets happen what goes wrong before it is carried out.</summary>
    public async Task BeginAsync(GcsOperation operation, string bucket, string name)
    {
        (Entry.Operation, Entry.Bucket, Entry.Object) = (operation, bucket, name);
        _fault = _faults.Decide(operation, name);
        Entry.Fault = _fault?.Kind.ToString();
        switch (_fault?.Kind)
        {
            case FaultKind.Refuse:
                string reason = _fault.Status == 429 ? "rateLimitExceeded" : "backendError";
                throw new GcsErrorException(_fault.Status, reason, "Refused by a fault rule.") { RetryAfter = _fault.RetryAfter };
            case FaultKind.DropBefore:
                throw new ConnectionDroppedException();
            case FaultKind.CutRequest:
                Body.CutAt(_fault.Bytes);
                break;
            case FaultKind.Delay:
                await Task.Delay(_fault.Duration, _timeProvider, Aborted).ConfigureAwait(false);
                break;
        }
    }

    public async Task<JsonObject> ReadJsonAsync()
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[1 << 14];
        while (await Body.ReadAsync(buffer, Aborted).ConfigureAwait(false) is > 0 and int read)
        {
            if (text.Length + read > MaxJsonBytes)
            {
                throw GcsErrorException.Invalid("The JSON is too long");
            }

            text.Write(buffer, 0, read);
        }

        return RequestParameters.ParseJson(text.ToArray());
    }

    /// <summary>Begins an answer with a body, for the caller to write.</summary>
    public async Task<Stream> StartAnswerAsync(int status, string contentType, long? contentLength)
    {
        if (_fault?.Kind is FaultKind.DropAfter)
        {
            throw new ConnectionDroppedException();
        }

        // A client that is still sending may not look for an answer before it is done.
        if (_context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            await Body.CopyToAsync(Stream.Null, Aborted).ConfigureAwait(false);
        }

        HasAnswered = true;
        Entry.Status = status;
        _context.Response.StatusCode = status;
        _context.Response.ContentType = contentType;
        _context.Response.ContentLength = contentLength;
        Headers.Date = _timeProvider.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        _log.Add(Entry);
        return new ResponseBodyStream(_context.Response.Body, Entry, _fault?.Kind is FaultKind.CutResponse ? _fault.Bytes : null);
    }

    public async Task AnswerAsync(int status, string contentType, string text)
    {
        bool hasBody = status is not (204 or 304);
        byte[] bytes = hasBody ? Encoding.UTF8.GetBytes(text) : [];
        Stream body = await StartAnswerAsync(status, contentType, hasBody ? bytes.Length : null).ConfigureAwait(false);
        if (hasBody)
        {
            await body.WriteAsync(bytes, Aborted).ConfigureAwait(false);
        }
    }

    public Task AnswerAsync(int status) => AnswerAsync(status, "text/html; charset=UTF-8", "");

    public Task AnswerAsync(JsonObject json)
    {
        JsonNode answer = Query("fields") is { Length: > 0 } fields ? FieldMask.Parse(fields).Apply(json) : json;
        return AnswerAsync(200, "application/json; charset=UTF-8", answer.ToJsonString());
    }

    public Task AnswerAsync(GcsErrorException error)
    {
        if (error.RetryAfter is { } delay)
        {
            Headers.RetryAfter = ((long)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        // Requests for bytes are answered in plain text.
        return Entry.Operation is GcsOperation.Media
            ? AnswerAsync(error.Status, "text/html; charset=UTF-8", error.Message)
            : AnswerAsync(error.Status, "application/json; charset=UTF-8", ErrorJson.Write(error).ToJsonString());
    }

    /// <summary>Ends the connection, and with it an answer that has begun.</summary>
    public void Drop()
    {
        // Where the length was announced, ending too early ends the connection behind the last byte; else this must do.
        if (HasAnswered && _context.Response.ContentLength is not null)
        {
            return;
        }

        if (!HasAnswered)
        {
            _log.Add(Entry);
        }

        _context.Abort();
    }
}
