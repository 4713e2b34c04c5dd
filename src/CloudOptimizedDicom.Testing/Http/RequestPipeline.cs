using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.AspNetCore.Http;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>Finds who answers a request, and turns what goes wrong into an answer.</summary>
internal sealed class RequestPipeline(GcsObjectCore core, RequestLog log, FaultRules faults, UploadSessions uploads, long maxRewriteBytes)
{
    private const string ControlPrefix = "/_emulator/";

    private readonly UploadHandler _uploads = new(core, new SessionHandler(core, uploads));
    private readonly MediaHandler _media = new(core);
    private readonly ObjectHandler _objects = new(core, maxRewriteBytes);
    private readonly BucketHandler _buckets = new(core);
    private readonly ControlHandler _control = new(log, faults, uploads);

    public async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (path.StartsWith(ControlPrefix, StringComparison.Ordinal))
        {
            await _control.HandleAsync(context, path[ControlPrefix.Length..]).ConfigureAwait(false);
            return;
        }

        var exchange = new Exchange(context, log, faults, core.TimeProvider);
        try
        {
            await AnswerAsync(exchange).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or BadHttpRequestException)
        {
            exchange.Drop();
        }

        log.WriteLine(exchange.Entry);
    }

    private async Task AnswerAsync(Exchange exchange)
    {
        try
        {
            await Route(exchange).ConfigureAwait(false);
        }
        catch (GcsErrorException error) when (!exchange.HasAnswered)
        {
            await exchange.AnswerAsync(error).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException && !exchange.HasAnswered)
        {
            // JSON of the wrong shape: a number where there must be a text.
            await exchange.AnswerAsync(GcsErrorException.Invalid(exception.Message)).ConfigureAwait(false);
        }
    }

    private Task Route(Exchange exchange)
    {
        RequestAddress address = exchange.Address;
        bool isMedia = address.IsDownload || exchange.Query("alt") == "media";
        return address switch
        {
            { OtherPath: not null } => throw new GcsErrorException(404, "notFound", "Not Found"),
            { IsUpload: true, IsOfObjects: true } => _uploads.HandleAsync(exchange),
            { Bucket: "" } => exchange.Method == "POST" ? _buckets.InsertAsync(exchange) : _buckets.ListAsync(exchange),
            { IsOfObjects: false } => _buckets.GetAsync(exchange),
            { Object: "" } => _buckets.ListObjectsAsync(exchange),
            { Target: not null } => _objects.CopyAsync(exchange),
            _ => exchange.Method switch
            {
                "GET" => isMedia ? _media.HandleAsync(exchange) : _objects.GetAsync(exchange),
                "DELETE" => _objects.DeleteAsync(exchange),
                "PATCH" or "PUT" => _objects.PatchAsync(exchange),
                _ => throw new GcsErrorException(405, "methodNotAllowed", "Method Not Allowed"),
            },
        };
    }
}
