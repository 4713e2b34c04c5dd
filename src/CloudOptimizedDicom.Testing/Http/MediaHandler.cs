using System.IO.Compression;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>
/// The bytes of objects: whole, a range of them, or decompressed (Cloud Storage, "Transcoding of gzip-compressed files").
/// </summary>
internal sealed class MediaHandler(GcsObjectCore core)
{
    public async Task HandleAsync(Exchange exchange)
    {
        (string bucket, string name) = (exchange.Address.Bucket, exchange.Address.Object);
        await exchange.BeginAsync(GcsOperation.Media, bucket, name).ConfigureAwait(false);
        (GcsObject info, Stream content) = core.OpenRead(bucket, name, exchange.Conditions(), exchange.QueryNumber("generation"));
        await using (content.ConfigureAwait(false))
        {
            exchange.AddHeaders(info);
            bool isCompressed = info.Attributes.ContentEncoding == "gzip";
            if (isCompressed)
            {
                exchange.Headers.Vary = "Accept-Encoding";
            }

            bool mayTransform = info.Attributes.CacheControl?.Contains("no-transform", StringComparison.Ordinal) != true;
            if (isCompressed && mayTransform && !AcceptsGzip(exchange))
            {
                await SendDecompressedAsync(exchange, info, content).ConfigureAwait(false);
            }
            else
            {
                exchange.Headers.ContentEncoding = info.Attributes.ContentEncoding;
                await SendAsync(exchange, info, content).ConfigureAwait(false);
            }
        }
    }

    private static bool AcceptsGzip(Exchange exchange) =>
        exchange.RequestHeaders.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries)
            .Select(coding => coding.Replace(" ", "", StringComparison.Ordinal).Split(";q="))
            .Any(coding => coding[0] == "gzip" && (coding.Length == 1 || coding[1].Trim('0', '.').Length > 0));

    private static async Task SendDecompressedAsync(Exchange exchange, GcsObject info, Stream content)
    {
        exchange.Headers.Warning = "214 UploadServer gunzipped";
        Stream body = await exchange.StartAnswerAsync(200, ContentType(info), contentLength: null).ConfigureAwait(false);
        var plain = new GZipStream(content, CompressionMode.Decompress);
        await using (plain.ConfigureAwait(false))
        {
            await plain.CopyToAsync(body, exchange.Aborted).ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(Exchange exchange, GcsObject info, Stream content)
    {
        exchange.Headers.AcceptRanges = "bytes";
        (long first, long end, bool isPart) = (0, info.SizeBytes, false);
        if (RequestRange.Parse(exchange.RequestHeaders.Range.ToString()) is { } range)
        {
            (first, end) = range.Within(info.SizeBytes);
            isPart = true;
            if (first >= end)
            {
                exchange.Headers.ContentRange = $"bytes */{info.SizeBytes}";
                exchange.Headers.ContentEncoding = default;
                throw new GcsErrorException(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
            }

            exchange.Headers.ContentRange = $"bytes {first}-{end - 1}/{info.SizeBytes}";
        }

        Stream body = await exchange.StartAnswerAsync(isPart ? 206 : 200, ContentType(info), end - first).ConfigureAwait(false);
        content.Position = first;
        byte[] buffer = new byte[(int)Math.Min(1 << 16, end - first)];
        for (long rest = end - first; rest > 0;)
        {
            Memory<byte> wanted = buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest));
            int read = await content.ReadAsync(wanted, exchange.Aborted).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            await body.WriteAsync(buffer.AsMemory(0, read), exchange.Aborted).ConfigureAwait(false);
            rest -= read;
        }
    }

    private static string ContentType(GcsObject info) => info.Attributes.ContentType ?? "application/octet-stream";
}
