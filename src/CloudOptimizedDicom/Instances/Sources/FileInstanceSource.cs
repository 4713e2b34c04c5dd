using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>A file on this machine.</summary>
/// <param name="uri">A path, or a URI with the scheme <c>file</c>.</param>
internal sealed class FileInstanceSource(string uri) : IInstanceSource
{
    private const string Scheme = "file://";

    public string Uri => uri;

    public bool IsRemote => false;

    public string Path => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? new Uri(uri).LocalPath : uri;

    public async Task<SourceContent> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            OpenedFile file = await OpenedFile.OpenAsync(Path, cancellationToken).ConfigureAwait(false);
            return new SourceContent(uri, file.OpenRead(), file.Stamp.SizeBytes, crc32c: null) { File = file };
        }
        catch (Exception error) when (SourceContent.IsOfSource(error) || error is ArgumentException or UriFormatException)
        {
            throw new SourceReadException(uri, error);
        }
    }

    public Task<SourceContent> OpenHeadAsync(long bytes, CancellationToken cancellationToken) => OpenAsync(cancellationToken);
}
