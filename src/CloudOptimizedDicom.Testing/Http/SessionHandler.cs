using System.Globalization;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>Resumable uploads (Cloud Storage, "Resumable uploads").</summary>
internal sealed class SessionHandler(GcsObjectCore core, UploadSessions uploads)
{
    private const int Incomplete = 308;
    private const int Cancelled = 499;

    public async Task StartAsync(Exchange exchange)
    {
        var metadata = await exchange.ReadJsonAsync().ConfigureAwait(false);
        var request = UploadRequest.Read(exchange, metadata, exchange.RequestHeaders["X-Upload-Content-Type"]);
        await exchange.BeginAsync(GcsOperation.SessionStart, request.Bucket, request.Name).ConfigureAwait(false);
        core.GetBucket(request.Bucket);
        long? declaredBytes = RequestParameters.Number(
            "X-Upload-Content-Length", exchange.RequestHeaders["X-Upload-Content-Length"]);
        (string id, UploadSession session) = uploads.Start(request, declaredBytes);
        exchange.Entry.Upload = session.Number;
        string bucket = Uri.EscapeDataString(request.Bucket);
        exchange.Headers.Location = $"{exchange.Origin}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={id}";
        exchange.Headers["X-GUploader-UploadID"] = id;
        await exchange.AnswerAsync(200).ConfigureAwait(false);
    }

    public async Task HandleAsync(Exchange exchange, string id)
    {
        var range = ContentRange.Read(exchange);
        exchange.Entry.Operation = exchange.Method == "DELETE" ? GcsOperation.SessionCancel
            : range is { First: null } ? GcsOperation.SessionStatus
            : GcsOperation.SessionData;
        UploadSession session = uploads.Find(id);
        exchange.Entry.Upload = session.Number;
        await exchange.BeginAsync(exchange.Entry.Operation, session.Request.Bucket, session.Request.Name).ConfigureAwait(false);
        using IDisposable turn = await session.EnterAsync(exchange.Aborted).ConfigureAwait(false);
        session.RequireNoError();
        if (session.Result is null && exchange.Method == "DELETE")
        {
            uploads.End(id, 404);
            throw new GcsErrorException(Cancelled, "cancelled", "The upload was cancelled.");
        }

        if (session.Result is null)
        {
            await GoOnAsync(exchange, session, range).ConfigureAwait(false);
        }

        if (session.Result is not null)
        {
            await exchange.AnswerAsync(session.Result).ConfigureAwait(false);
            return;
        }

        if (session.PersistedBytes > 0)
        {
            exchange.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"bytes=0-{session.PersistedBytes - 1}");
        }

        await exchange.AnswerAsync(Incomplete).ConfigureAwait(false);
    }

    private async Task GoOnAsync(Exchange exchange, UploadSession session, ContentRange? range)
    {
        if (range is not { First: null })
        {
            await session.ReceiveAsync(exchange.Body, range, uploads.QuantumBytes, exchange.Aborted).ConfigureAwait(false);
        }

        if (range is null || range.Total == session.PersistedBytes)
        {
            await session.FinishAsync(core, exchange).ConfigureAwait(false);
        }
    }
}
