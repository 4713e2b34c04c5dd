using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>A resumable upload under way, or what became of it. One request at a time may use it.</summary>
internal sealed class UploadSession(UploadRequest request, long? declaredBytes, int number, DateTimeOffset started, BlobWriter writer)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private GcsErrorException? _error;

    public UploadRequest Request => request;

    public int Number => number;

    public DateTimeOffset Started => started;

    public GcsObject? Result { get; private set; }

    public long PersistedBytes => writer.SizeBytes;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(_turn);
    }

    /// <summary>Throws what the upload ended with, if it failed.</summary>
    public void RequireNoError()
    {
        if (_error is not null)
        {
            throw new GcsErrorException(_error.Status, _error.Reason, _error.Message);
        }
    }

    /// <summary>
    /// Takes a request's bytes. Of those that are not the last, only whole quanta are kept, also when the connection breaks.
    /// </summary>
    public async Task ReceiveAsync(Stream body, ContentRange? range, int quantumBytes, CancellationToken cancellationToken)
    {
        long first = range?.First ?? 0;
        long skipped = PersistedBytes - first;
        if (skipped < 0)
        {
            throw new GcsErrorException(
                503,
                "backendError",
                "Invalid request.  According to the Content-Range header, the upload offset is "
                + $"{first} byte(s), which exceeds already uploaded size of {PersistedBytes} byte(s).");
        }

        byte[] quantum = new byte[quantumBytes];
        int filled = 0;
        long received = 0;
        while (await body.ReadAsync(quantum.AsMemory(filled), cancellationToken).ConfigureAwait(false) is > 0 and int read)
        {
            // What is there already is sent again, and ignored.
            int ignored = (int)Math.Clamp(skipped - received, 0, read);
            quantum.AsSpan(filled + ignored, read - ignored).CopyTo(quantum.AsSpan(filled));
            received += read;
            filled += read - ignored;
            if (filled == quantumBytes)
            {
                await writer.WriteAsync(quantum, cancellationToken).ConfigureAwait(false);
                filled = 0;
            }
        }

        if (range?.Last is { } last && last - first + 1 != received)
        {
            throw GcsErrorException.Invalid($"The Content-Range has {last - first + 1} bytes, but {received} came");
        }

        if (range is null || range.Total == first + received)
        {
            await writer.WriteAsync(quantum.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the object; conditions and checksums are only looked at now.</summary>
    public async Task FinishAsync(GcsObjectCore core, Exchange exchange)
    {
        try
        {
            if (declaredBytes is { } declared && declared != PersistedBytes)
            {
                throw GcsErrorException.Invalid($"X-Upload-Content-Length was {declared}, but {PersistedBytes} bytes came");
            }

            Result = await (request with { Checks = request.Checks.And(exchange) }).FinishAsync(core, writer).ConfigureAwait(false);
        }
        catch (GcsErrorException error)
        {
            _error = error;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
