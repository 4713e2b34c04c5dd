namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>
/// What a command was told to read, which may be a pipe. Opening or reading one waits until somebody writes, and the system does
/// not hear of a cancellation meanwhile; here such a wait is given up, and ends with the process.
/// </summary>
internal sealed class InputStream : Stream
{
    private readonly Stream _input;
    private byte[] _buffer = [];
    private bool _isGivenUp;

    private InputStream(Stream input) => _input = input;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The length is not known before the end.");

    public override long Position
    {
        get => throw new NotSupportedException("The stream only goes forward.");
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    /// <summary>Opens a file, or standard input for <c>-</c>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken) => path == "-"
        ? new InputStream(Console.OpenStandardInput())
        : new InputStream(await Task.Run(() => File.OpenRead(path), CancellationToken.None).WaitAsync(cancellationToken));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Not the caller's buffer: a read that was given up may still write to it.
        if (_buffer.Length < buffer.Length)
        {
            _buffer = new byte[buffer.Length];
        }

        try
        {
            int wanted = buffer.Length;
            int count = await Task.Run(() => _input.Read(_buffer, 0, wanted), CancellationToken.None).WaitAsync(cancellationToken);
            _buffer.AsSpan(0, count).CopyTo(buffer.Span);
            return count;
        }
        catch (OperationCanceledException)
        {
            _isGivenUp = true;
            throw;
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
        if (disposing && !_isGivenUp)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }
}
