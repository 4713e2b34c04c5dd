namespace CloudOptimizedDicom.Testing.Objects;

public sealed partial class GcsObjectCore
{
    /// <summary>Copies an object, also onto itself, which makes a new generation of it.</summary>
    /// <param name="source">Bucket and name of the object to copy.</param>
    /// <param name="sourceConditions">What must hold of it.</param>
    /// <param name="target">Bucket and name of the copy.</param>
    /// <param name="attributes">What to keep beside the copy; <see langword="null"/> for what is kept beside the source.</param>
    /// <param name="conditions">What must hold of the live object under the name of the copy.</param>
    /// <param name="sourceGeneration">The generation to copy; <see langword="null"/> for the live one.</param>
    /// <param name="cancellationToken">Ends the call early; nothing has changed then.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="GcsErrorException">404, 412, or 304.</exception>
    public async Task<GcsObject> CopyAsync(
        (string Bucket, string Name) source,
        GcsConditions sourceConditions,
        (string Bucket, string Name) target,
        GcsObjectAttributes? attributes,
        GcsConditions conditions,
        long? sourceGeneration = null,
        CancellationToken cancellationToken = default)
    {
        (GcsObject info, Stream content) = OpenRead(source.Bucket, source.Name, sourceConditions, sourceGeneration);
        await using (content.ConfigureAwait(false))
        {
            return await InsertAsync(
                target.Bucket, target.Name, content, attributes ?? info.Attributes, conditions, cancellationToken).ConfigureAwait(false);
        }
    }
}
