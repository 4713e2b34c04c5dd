namespace CloudOptimizedDicom;

/// <summary>A file on this machine.</summary>
/// <param name="uri">A path, or a URI with the scheme <c>file</c>.</param>
internal sealed class FileInstanceSource(string uri) : IInstanceSource
{
    private const string Scheme = "file://";

    public string Uri => uri;

    public bool IsRemote => false;

    public string Path => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? new Uri(uri).LocalPath : uri;

    public Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream>(InstanceScanner.OpenFile(Path));
        }
        catch (Exception error) when (error is ArgumentException or UriFormatException)
        {
            throw new IOException($"it names no file ({error.Message})", error);
        }
    }
}
