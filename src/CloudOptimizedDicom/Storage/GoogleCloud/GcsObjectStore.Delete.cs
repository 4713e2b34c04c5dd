using System.Net;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    private static readonly HttpStatusCode[] NotFoundOrRefused = [HttpStatusCode.NotFound, HttpStatusCode.PreconditionFailed];

    /// <inheritdoc/>
    /// <remarks>When an earlier try got no answer and the object is gone, that try is taken to have deleted it.</remarks>
    /// <exception cref="ArgumentException">No object of a bucket can have this name.</exception>
    public async Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        using GcsCall call = Begin("delete", name, cancellationToken, isRepeatable: precondition.Generation is not null);
        return await _client.RunAsync(call, token => DeleteAsync(call, name, precondition, token)).ConfigureAwait(false);
    }

    private async Task<bool> DeleteAsync(GcsCall call, string name, ObjectPrecondition precondition, CancellationToken cancellationToken)
    {
        // Without a body, HttpClient itself would send the request again when a kept connection turns out to be closed, and
        // nobody would know that there were two.
        HttpRequestMessage Request() => new(HttpMethod.Delete, _address.Object(name, $"prettyPrint=false{Query(precondition)}"))
        {
            Content = new ByteArrayContent([]),
        };

        bool wasSentBefore = call.MayHaveApplied;
        using HttpResponseMessage response =
            await _client.SendAsync(call, Request, changes: true, NotFoundOrRefused, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PreconditionFailed
            && await StatAsync(call, name, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw GcsErrors.FromPrecondition(call, precondition);
        }

        return response.IsSuccessStatusCode || wasSentBefore;
    }
}
