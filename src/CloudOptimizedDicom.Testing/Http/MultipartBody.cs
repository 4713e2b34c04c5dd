using System.Text;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>A body of type multipart/related (RFC 2387), read forward. Lines may end with CR LF or LF.</summary>
internal sealed class MultipartBody
{
    private const int MaxLineBytes = 1 << 14;

    private readonly Stream _body;
    private readonly string _delimiterLine;
    private readonly byte[] _delimiter;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _endsLinesWithCrLf;

    public MultipartBody(Stream body, string contentType)
    {
        _body = body;
        _delimiterLine = "--" + ReadBoundary(contentType);
        _delimiter = Encoding.UTF8.GetBytes("\n" + _delimiterLine);
    }

    /// <summary>Goes to the next part.</summary>
    /// <returns>Its media type, empty when it has none.</returns>
    public async Task<string> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        while (!(await ReadLineAsync(cancellationToken).ConfigureAwait(false)).StartsWith(_delimiterLine, StringComparison.Ordinal))
        {
        }

        string line;
        string contentType = "";
        while ((line = await ReadLineAsync(cancellationToken).ConfigureAwait(false)).Length > 0)
        {
            string[] header = line.Split(':', 2, StringSplitOptions.TrimEntries);
            if (header is [var name, var value] && name.Equals("content-type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = value;
            }
        }

        // The end of the empty line may be the beginning of the delimiter, when the part is empty.
        _start--;
        return contentType;
    }

    /// <summary>Reads the bytes of the part; behind it, the delimiter is left but for its line end.</summary>
    public async Task ReadContentAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        bool isFirst = true;
        while (true)
        {
            int found = _buffer.AsSpan(_start, _end - _start).IndexOf(_delimiter);

            // What may belong to the delimiter is held back, with a CR before it.
            int length = found >= 0 ? found : Math.Max(0, _end - _start - _delimiter.Length);
            int skipped = isFirst ? 1 : 0;
            if (found >= 0)
            {
                bool endsWithCr = _endsLinesWithCrLf && length > skipped && _buffer[_start + length - 1] == '\r';
                await TakeAsync(take, skipped, length - (endsWithCr ? 1 : 0)).ConfigureAwait(false);
                _start += found + 1;
                return;
            }

            if (length > skipped)
            {
                await TakeAsync(take, skipped, length).ConfigureAwait(false);
                _start += length;
                isFirst = false;
            }

            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw GcsErrorException.Invalid("The multipart body has no end");
            }
        }
    }

    private static string ReadBoundary(string contentType)
    {
        foreach (string parameter in contentType.Split(';', StringSplitOptions.TrimEntries))
        {
            if (parameter.StartsWith("boundary=", StringComparison.OrdinalIgnoreCase))
            {
                return parameter["boundary=".Length..].Trim('"', '\'');
            }
        }

        throw GcsErrorException.Invalid("The multipart body has no boundary");
    }

    private ValueTask TakeAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, int from, int to) =>
        to > from ? take(_buffer.AsMemory(_start + from, to - from)) : ValueTask.CompletedTask;

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                _endsLinesWithCrLf = length > 0 && _buffer[_start + length - 1] == '\r';
                string line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }

            if (_end - _start > MaxLineBytes || !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw GcsErrorException.Invalid("The multipart body has no further part");
            }
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int read = await _body.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
