using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    private static readonly HttpStatusCode[] Refused = [HttpStatusCode.PreconditionFailed];

    /// <inheritdoc/>
    /// <remarks>
    /// Up to 8 MiB go in one request; more goes in a session that survives broken connections, and only takes effect with its
    /// last byte. Cancelling leaves open whether the upload took effect, if its last byte was sent.
    /// </remarks>
    /// <exception cref="ArgumentException">No object of a bucket can have this name.</exception>
    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        using GcsCall call = Begin(upload.Origin is null ? "upload" : "copy", name, cancellationToken);
        ObjectInfo info = await (upload.Origin is null
            ? SendBytesAsync(call, name, upload, precondition)
            : RewriteAsync(call, name, upload, precondition)).ConfigureAwait(false);
        if (info.SizeBytes == upload.SizeBytes && (info.Crc32c ?? upload.Crc32c) == upload.Crc32c)
        {
            _client.Meter.StoreCreates.Add(1, TelemetryTag.StorageClass, info.StorageClass ?? UnknownStorageClass);
            return info;
        }

        // The service compares the checksum of bytes that are sent as well, but not that of an object which it copies by itself.
        await DeleteAsync(name, ObjectPrecondition.GenerationIs(info.Generation), cancellationToken).ConfigureAwait(false);
        throw GcsErrors.FromStored(call, upload.Crc32c, info.Crc32c);
    }

    private async Task<ObjectInfo> SendBytesAsync(GcsCall call, string name, ObjectUpload upload, ObjectPrecondition precondition)
    {
        using var source = new UploadSource(call, upload);
        return await (upload.SizeBytes <= _options.MaxMultipartBytes
            ? UploadWholeAsync(call, name, upload, source, precondition)
            : UploadInSessionAsync(call, name, upload, source, precondition)).ConfigureAwait(false);
    }

    private async Task<ObjectInfo> UploadWholeAsync(
        GcsCall call, string name, ObjectUpload upload, UploadSource source, ObjectPrecondition precondition)
    {
        // Wrong bytes are found here, before any of them is sent.
        await new UploadContent(call, source, 0).CopyToAsync(Stream.Null, call.Token).ConfigureAwait(false);
        Uri uri = _address.Upload($"uploadType=multipart&fields={GcsResource.Fields}{Query(precondition)}");
        return await RunUploadAsync(
            call,
            name,
            upload,
            precondition,
            token => _client.SendAsync(call, Request, changes: true, Refused, token)).ConfigureAwait(false);

        HttpRequestMessage Request() => new(HttpMethod.Post, uri)
        {
            Content = new MultipartContent("related", $"cod-{upload.UploadId:N}")
            {
                Describe(name, upload),
                new UploadContent(call, source, 0) { Headers = { ContentType = MediaTypeHeaderValue.Parse(upload.ContentType) } },
            },
        };
    }

    // Gives what the upload has made, be it now, at an earlier attempt or in an earlier call.
    private Task<ObjectInfo> RunUploadAsync(
        GcsCall call, string name, ObjectUpload upload, ObjectPrecondition precondition, Func<CancellationToken, Task<HttpResponseMessage>> send) =>
        _client.RunAsync(
            call,
            async token =>
            {
                if (precondition.Generation is null && call.MayHaveApplied
                    && await FindAppliedAsync(call, name, upload, token).ConfigureAwait(false) is { } found)
                {
                    return found;
                }

                using HttpResponseMessage response = await send(token).ConfigureAwait(false);
                return response.IsSuccessStatusCode
                    ? await ReadInfoAsync(response, token).ConfigureAwait(false)
                    : await FindAppliedAsync(call, name, upload, token).ConfigureAwait(false)
                        ?? throw GcsErrors.FromPrecondition(call, precondition);
            });

    private async Task<ObjectInfo?> FindAppliedAsync(GcsCall call, string name, ObjectUpload upload, CancellationToken cancellationToken) =>
        await StatAsync(call, name, cancellationToken).ConfigureAwait(false) is { } live && live.UploadId == upload.UploadId ? live : null;

    private static ByteArrayContent Describe(string name, ObjectUpload upload) => Describe(GcsResource.Of(name, upload));

    private static ByteArrayContent Describe(GcsResource resource) =>
        new(JsonSerializer.SerializeToUtf8Bytes(resource, GcsJson.Default.GcsResource))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json", "UTF-8") },
        };
}
