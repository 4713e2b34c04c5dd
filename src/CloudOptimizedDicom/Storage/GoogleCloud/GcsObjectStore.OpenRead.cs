using System.Net;
using System.Net.Http.Headers;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    private static readonly HttpStatusCode[] ReadAnswers =
    [
        HttpStatusCode.NotFound, HttpStatusCode.NotModified, HttpStatusCode.PreconditionFailed, HttpStatusCode.RequestedRangeNotSatisfiable,
    ];

    /// <inheritdoc/>
    /// <remarks>
    /// When the connection breaks while the bytes are read, the rest of the same generation is asked for; when that is gone,
    /// reading throws <see cref="PreconditionFailedException"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">No object of a bucket can have this name.</exception>
    public async Task<ObjectContent?> OpenReadAsync(
        string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        using GcsCall call = Begin("read", name, cancellationToken);
        return await _client.RunAsync(call, token => OpenAsync(call, name, options ?? new ObjectReadOptions(), token)).ConfigureAwait(false);
    }

    private async Task<ObjectContent?> OpenAsync(GcsCall call, string name, ObjectReadOptions options, CancellationToken cancellationToken)
    {
        string conditions = options.IfGenerationMatch is { } match ? $"&ifGenerationMatch={match}" : "";
        conditions += options.IfGenerationNotMatch is { } known ? $"&ifGenerationNotMatch={known}" : "";
        HttpResponseMessage response = await RequestAsync(call, name, options.Range, conditions, ReadAnswers, cancellationToken).ConfigureAwait(false);
        ObjectContent? content = null;
        try
        {
            return content = response.StatusCode switch
            {
                HttpStatusCode.NotFound => null,
                HttpStatusCode.NotModified => NotModified(name, options.IfGenerationNotMatch ?? 0, _client.TimeOf(response)),
                HttpStatusCode.RequestedRangeNotSatisfiable => throw BehindTheEnd(options.Range),
                HttpStatusCode.PreconditionFailed => await StatAsync(call, name, cancellationToken).ConfigureAwait(false) is null
                    ? null
                    : throw GcsErrors.FromPrecondition(call, ObjectPrecondition.GenerationIs(options.IfGenerationMatch ?? 0)),
                _ => await ToContentAsync(call, name, options, response, cancellationToken).ConfigureAwait(false),
            };
        }
        finally
        {
            if (content is null or { IsNotModified: true })
            {
                response.Dispose();
            }
        }
    }

    private async Task<ObjectContent> ToContentAsync(
        GcsCall call, string name, ObjectReadOptions options, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ByteRange? wanted = options.Range;
        ObjectInfo info = GcsHeaders.ReadInfo(name, response, _client.TimeOf(response))
            ?? throw GcsErrors.FromAnswer(call, "the answer lacks the object's generation or size");
        if (wanted?.Offset >= info.SizeBytes)
        {
            throw BehindTheEnd(wanted);
        }

        var whole = new ByteRange(0, info.SizeBytes);
        ByteRange range = wanted is { } asked ? ByteRange.FromStartAndEnd(asked.Offset, Math.Min(asked.End, info.SizeBytes)) : whole;
        RequireStart(call, response, range.Offset);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        _client.Meter.StoreGets.Add(1, TelemetryTag.StorageClass, info.StorageClass ?? UnknownStorageClass);
        uint? crc32c = range == whole && options.VerifyChecksum ? info.Crc32c : null;
        string sameGeneration = $"&ifGenerationMatch={info.Generation}";
        return new ObjectContent(info, range, new GcsContentStream(_client, UriOf(name), range, crc32c, response, body, ReopenAsync));

        async Task<HttpResponseMessage> ReopenAsync(GcsCall call, long position, CancellationToken token)
        {
            var rest = ByteRange.FromStartAndEnd(position, range.End);
            HttpResponseMessage next = await RequestAsync(call, name, rest, sameGeneration, NotFoundOrRefused, token).ConfigureAwait(false);
            if (next.IsSuccessStatusCode)
            {
                RequireStart(call, next, position);
                return next;
            }

            next.Dispose();
            throw GcsErrors.FromPrecondition(call, ObjectPrecondition.GenerationIs(info.Generation));
        }
    }

    private Task<HttpResponseMessage> RequestAsync(
        GcsCall call, string name, ByteRange? range, string conditions, HttpStatusCode[] expected, CancellationToken cancellationToken)
    {
        Uri uri = _address.Object(name, $"alt=media{conditions}");
        return _client.SendAsync(call, Request, changes: false, expected, cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, uri);

            // Else the service would decompress what is stored with Content-Encoding: gzip.
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
            if (range is { } wanted)
            {
                // There is no way to ask for no bytes; the stream gives none of the one that comes.
                long last = wanted.Offset + Math.Max(wanted.Length, 1) - 1;
                request.Headers.Range = new RangeHeaderValue(wanted.Offset, wanted.End == long.MaxValue ? null : last);
            }

            return request;
        }
    }

    private static void RequireStart(GcsCall call, HttpResponseMessage response, long position)
    {
        long start = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? -1 : 0;
        if (start != position)
        {
            response.Dispose();
            throw GcsErrors.FromAnswer(call, "other bytes came than were asked for");
        }
    }

    private static ObjectContent NotModified(string name, long generation, DateTimeOffset timeAnswered) =>
        new(new ObjectInfo { Name = name, Generation = generation, SizeBytes = 0, TimeAnswered = timeAnswered }, default, Stream.Null)
        {
            IsNotModified = true,
        };

    private static ArgumentOutOfRangeException BehindTheEnd(ByteRange? range) =>
        new(nameof(range), range, "The range begins behind the last byte of the object.");
}
