using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>The checksum of an archive of which the store knows none, as a directory of a file that another program has put there.</summary>
internal static class ArchiveChecksum
{
    /// <summary>What the store knows, or what reading the whole archive tells; null when it is not that generation any more.</summary>
    public static async Task<uint?> GetAsync(IObjectStore store, ObjectInfo archive, CancellationToken cancellationToken)
    {
        if (archive.Crc32c is { } known)
        {
            return known;
        }

        try
        {
            var options = new ObjectReadOptions { IfGenerationMatch = archive.Generation };
            if (await store.OpenReadAsync(archive.Name, options, cancellationToken).ConfigureAwait(false) is not { } content)
            {
                return null;
            }

            await using (content.ConfigureAwait(false))
            {
                var passing = new PassingStream(content.Content, copyTo: null);
                await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
                return passing.Crc32c;
            }
        }
        catch (PreconditionFailedException)
        {
            return null;
        }
    }
}
