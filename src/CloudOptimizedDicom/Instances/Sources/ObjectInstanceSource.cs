using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>An object of a bucket. Its size and checksum come with the answer and cost nothing.</summary>
/// <param name="uri">Such as <c>gs://bucket/name</c>.</param>
/// <param name="store">The bucket.</param>
/// <param name="name">The object's name.</param>
internal sealed class ObjectInstanceSource(string uri, IObjectStore store, string name) : IInstanceSource
{
    public string Uri => uri;

    public bool IsRemote => true;

    public Task<SourceContent> OpenAsync(CancellationToken cancellationToken) => OpenAsync(range: null, cancellationToken);

    public Task<SourceContent> OpenHeadAsync(long bytes, CancellationToken cancellationToken) =>
        OpenAsync(new ByteRange(0, bytes), cancellationToken);

    private async Task<SourceContent> OpenAsync(ByteRange? range, CancellationToken cancellationToken)
    {
        try
        {
            ObjectContent content = await store.OpenReadAsync(name, new ObjectReadOptions { Range = range }, cancellationToken).ConfigureAwait(false)
                ?? throw new FileNotFoundException("there is no such object", uri);
            return new SourceContent(uri, content.Content, content.Info.SizeBytes, content.Info.Crc32c) { LengthBytes = content.Range.Length };
        }
        catch (Exception error) when (SourceContent.IsOfSource(error) || error is ArgumentException)
        {
            throw new SourceReadException(uri, error);
        }
    }
}
