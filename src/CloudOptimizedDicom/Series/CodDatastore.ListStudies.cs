using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodDatastore
{
    /// <summary>Lists the studies, from a listing of names by their folders: no request per study, and none of their series.</summary>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>Study Instance UIDs as stored, in the order of the store.</returns>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async IAsyncEnumerable<string> ListStudiesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string prefix = $"{_prefix}studies/";
        await foreach (ObjectListEntry entry in Store.ListAsync(prefix, "/", cancellationToken).ConfigureAwait(false))
        {
            string name = entry.Name[prefix.Length..].TrimEnd('/');
            if (entry.Object is null && DicomUid.IsSafeName(name))
            {
                yield return name;
            }
        }
    }
}
