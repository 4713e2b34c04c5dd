using System.Net;
using System.Net.Http.Headers;

namespace CloudOptimizedDicom;

/// <summary>
/// The body of an answer, forward only. Where nothing comes for too long, or the connection breaks, it goes on with another
/// request for the rest, a few times, if the server says by which version the rest can be asked for. Owns the answer.
/// </summary>
/// <param name="uri">Where the bytes come from, for messages.</param>
/// <param name="client">Makes further requests.</param>
/// <param name="address">What they are for.</param>
/// <param name="response">The answer.</param>
/// <param name="body">Its body.</param>
/// <param name="range">Which bytes these are and of how many, as far as the answer says; null where their end is not known.</param>
/// <param name="stall">How long nothing may come.</param>
internal sealed class WebContentStream(
    string uri, WebClient client, Uri address, HttpResponseMessage response, Stream body, (long Bytes, long SizeBytes)? range, StallLimit stall) : Stream
{
    private const int MaxResumes = 3;

    private readonly RangeConditionHeaderValue? _version = VersionOf(response);
    private HttpResponseMessage _response = response;
    private Stream _body = body;
    private long _position;
    private int _resumes;
    private bool _isBroken;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream only goes forward.");

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                return await stall.RunAsync(token => ReadOnceAsync(buffer, token), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (CanResume(error) && !cancellationToken.IsCancellationRequested)
            {
                _resumes++;
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read-only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A weak ETag stands for several contents.</summary>
    private static RangeConditionHeaderValue? VersionOf(HttpResponseMessage response) =>
        response.Headers.ETag is { } tag ? (tag.IsWeak ? null : new RangeConditionHeaderValue(tag))
        : response.Content.Headers.LastModified is { } modified ? new RangeConditionHeaderValue(modified)
        : null;

    private bool CanResume(Exception error) => _resumes < MaxResumes && _version is not null && range is not null
        && error is IOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError };

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isBroken)
        {
            await ReopenAsync(cancellationToken).ConfigureAwait(false);
        }

        // Whatever ends this read, the next one needs another connection.
        _isBroken = true;
        int count = await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 && !buffer.IsEmpty && range is { } all && _position < all.Bytes)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the answer ends after {_position} of {all.Bytes} bytes");
        }

        _position += count;
        _isBroken = false;
        return count;
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        (long bytes, long size) = range!.Value;
        _response.Dispose();
        _response = await client.GetAsync(
            address,
            request =>
            {
                request.Headers.Range = new RangeHeaderValue(_position, bytes - 1);
                request.Headers.IfRange = _version;
            },
            cancellationToken).ConfigureAwait(false);
        if (_response.StatusCode == HttpStatusCode.PartialContent
            && _response.Content.Headers.ContentRange is { } part && part.From == _position && part.Length == size
            && (VersionOf(_response) is not { } version || version.Equals(_version)))
        {
            _body = await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        HttpStatusCode status = _response.StatusCode;
        throw status is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable
            ? new SourceChangedException(uri, size, _position, $"the answer broke off after {_position} bytes, and the server does not go on there with the same version")
            : new HttpRequestException($"the answer broke off after {_position} of {bytes} bytes, and the server answers {(int)status} {status} when it is asked for the rest", inner: null, status);
    }
}
