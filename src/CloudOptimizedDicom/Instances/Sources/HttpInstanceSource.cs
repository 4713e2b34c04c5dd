using System.Net;
using System.Net.Http.Headers;

namespace CloudOptimizedDicom;

/// <summary>A file on a web server.</summary>
/// <param name="uri">With the scheme <c>http</c> or <c>https</c>.</param>
/// <param name="client">Makes the requests; it decompresses nothing.</param>
/// <param name="stall">How long nothing may come.</param>
/// <param name="maxSpooledBytes">How much is taken where the server does not say how much will come.</param>
internal sealed class HttpInstanceSource(string uri, WebClient client, StallLimit stall, long maxSpooledBytes) : IInstanceSource
{
    private const int SpoolBytes = 128 * 1024;

    private readonly Uri _address = new(uri, UriKind.Absolute);

    public string Uri { get; } = RedactedUri.Redact(uri);

    public bool IsRemote => true;

    public Task<SourceContent> OpenAsync(CancellationToken cancellationToken) => OpenAsync(range: null, cancellationToken);

    public Task<SourceContent> OpenHeadAsync(long bytes, CancellationToken cancellationToken) =>
        OpenAsync(new RangeHeaderValue(0, bytes - 1), cancellationToken);

    private async Task<SourceContent> OpenAsync(RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await stall.RunAsync(
                token => client.GetAsync(_address, request => request.Headers.Range = range, token), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
            {
                HttpStatusCode status = response.StatusCode;
                response.Dispose();
                throw new HttpRequestException($"the server answers {(int)status} {status}", inner: null, status);
            }

            // Nothing inflates it here, for such content could be of any length.
            if (response.Content.Headers.ContentEncoding.FirstOrDefault(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } other)
            {
                response.Dispose();
                throw new HttpRequestException($"the server sends it with Content-Encoding {other[..Math.Min(other.Length, 64)]}, which was not asked for");
            }

            return response.StatusCode == HttpStatusCode.PartialContent
                ? await OpenPartAsync(response, range is not null, cancellationToken).ConfigureAwait(false)
                : await OpenWholeAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (SourceContent.IsOfSource(error))
        {
            throw new SourceReadException(Uri, error);
        }
    }

    private async Task<SourceContent> OpenWholeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        long? length = response.Content.Headers.ContentLength;
        Stream content = await ReadAsync(response, length is { } all ? (all, all) : null, cancellationToken).ConfigureAwait(false);
        if (length is { } size)
        {
            return new SourceContent(Uri, content, size, crc32c: null);
        }

        // Chunks have an end, and so have the streams of HTTP/2: a connection that breaks before it is an error of theirs.
        bool hasEnd = response.Headers.TransferEncodingChunked == true || response.Version.Major >= 2;
        return await SpoolAsync(content, hasEnd, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Stream> ReadAsync(HttpResponseMessage response, (long Bytes, long SizeBytes)? range, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new WebContentStream(Uri, client, _address, response, body, range, stall);
    }

    /// <summary>The first bytes; all of them where the server does not say of how many.</summary>
    private async Task<SourceContent> OpenPartAsync(HttpResponseMessage response, bool isWanted, CancellationToken cancellationToken)
    {
        ContentRangeHeaderValue? part = response.Content.Headers.ContentRange;
        if (isWanted && part is { From: 0, To: { } last, Length: { } size })
        {
            Stream content = await ReadAsync(response, (last + 1, size), cancellationToken).ConfigureAwait(false);
            return new SourceContent(Uri, content, size, crc32c: null) { LengthBytes = last + 1 };
        }

        response.Dispose();
        return isWanted
            ? await OpenAsync(range: null, cancellationToken).ConfigureAwait(false)
            : throw new HttpRequestException($"the server answers with a part ({part}) when it is asked for all");
    }

    /// <summary>A server that does not say how much will come: it goes to a file first, because an archive wants sizes beforehand.</summary>
    private async Task<SourceContent> SpoolAsync(Stream content, bool hasEnd, CancellationToken cancellationToken)
    {
        FileStream file = TemporaryFile.Create();
        try
        {
            await using (content.ConfigureAwait(false))
            {
                byte[] buffer = new byte[SpoolBytes];
                for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                {
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    if (file.Position > maxSpooledBytes)
                    {
                        throw new InstanceTooLargeException(Uri, file.Position, maxSpooledBytes);
                    }
                }
            }

            file.Position = 0;
            return new SourceContent(Uri, file, file.Length, crc32c: null) { HasKnownEnd = hasEnd };
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
