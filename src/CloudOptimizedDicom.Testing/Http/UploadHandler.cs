using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>Uploads in one request: bytes alone, or behind their metadata.</summary>
internal sealed class UploadHandler(GcsObjectCore core, SessionHandler sessions)
{
    public Task HandleAsync(Exchange exchange) => (exchange.Query("uploadType"), exchange.Query("upload_id")) switch
    {
        (_, { Length: > 0 } id) => sessions.HandleAsync(exchange, id),
        ("resumable", _) => sessions.StartAsync(exchange),
        ("multipart", _) => InsertMultipartAsync(exchange),
        ("media", _) => InsertMediaAsync(exchange),
        var (type, _) => throw GcsErrorException.Invalid($"Invalid uploadType: {type}"),
    };

    private async Task InsertMediaAsync(Exchange exchange)
    {
        var request = UploadRequest.Read(exchange, [], exchange.RequestHeaders.ContentType);
        await exchange.BeginAsync(GcsOperation.Insert, request.Bucket, request.Name).ConfigureAwait(false);
        BlobWriter writer = core.CreateWriter();
        await using (writer.ConfigureAwait(false))
        {
            byte[] buffer = new byte[1 << 16];
            while (await exchange.Body.ReadAsync(buffer, exchange.Aborted).ConfigureAwait(false) is > 0 and int read)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), exchange.Aborted).ConfigureAwait(false);
            }

            await FinishAsync(exchange, request, writer).ConfigureAwait(false);
        }
    }

    private async Task InsertMultipartAsync(Exchange exchange)
    {
        var body = new MultipartBody(exchange.Body, exchange.RequestHeaders.ContentType.ToString());
        JsonObject metadata = await ReadMetadataAsync(body, exchange.Aborted).ConfigureAwait(false);
        string contentType = await body.ReadHeadersAsync(exchange.Aborted).ConfigureAwait(false);
        var request = UploadRequest.Read(exchange, metadata, contentType);
        await exchange.BeginAsync(GcsOperation.Insert, request.Bucket, request.Name).ConfigureAwait(false);
        BlobWriter writer = core.CreateWriter();
        await using (writer.ConfigureAwait(false))
        {
            await body.ReadContentAsync(bytes => writer.WriteAsync(bytes, exchange.Aborted), exchange.Aborted).ConfigureAwait(false);
            await exchange.Body.CopyToAsync(Stream.Null, exchange.Aborted).ConfigureAwait(false);
            await FinishAsync(exchange, request, writer).ConfigureAwait(false);
        }
    }

    private static async Task<JsonObject> ReadMetadataAsync(MultipartBody body, CancellationToken cancellationToken)
    {
        const int MaxBytes = 1 << 20;
        using var text = new MemoryStream();
        await body.ReadHeadersAsync(cancellationToken).ConfigureAwait(false);
        await body.ReadContentAsync(
            bytes => text.Length + bytes.Length <= MaxBytes
                ? text.WriteAsync(bytes, cancellationToken)
                : throw GcsErrorException.Invalid("The metadata are too long"),
            cancellationToken).ConfigureAwait(false);
        return RequestParameters.ParseJson(text.ToArray());
    }

    private async Task FinishAsync(Exchange exchange, UploadRequest request, BlobWriter writer)
    {
        GcsObject info = await request.FinishAsync(core, writer).ConfigureAwait(false);
        await exchange.AnswerAsync(info).ConfigureAwait(false);
    }
}
