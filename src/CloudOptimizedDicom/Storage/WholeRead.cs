namespace CloudOptimizedDicom.Storage;

/// <summary>Reads objects from the first byte to the last.</summary>
internal static class WholeRead
{
    /// <summary>Opens an object and hands it to a reader.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">The object.</param>
    /// <param name="options">Which generation.</param>
    /// <param name="read">Reads the content to its end; it gets null where there is no such object.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public static async Task<T> RunAsync<T>(
        IObjectStore store, string name, ObjectReadOptions options, Func<ObjectContent?, Task<T>> read, CancellationToken cancellationToken)
    {
        if (await store.OpenReadAsync(name, options, cancellationToken).ConfigureAwait(false) is not { } content)
        {
            return await read(null).ConfigureAwait(false);
        }

        await using (content.ConfigureAwait(false))
        {
            return await read(content).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// As <see cref="RunAsync"/>; where the store finds that the object is damaged, the reader gets it once more as it is, since most
    /// of it may be good. Bytes that changed on their way are still an error.
    /// </summary>
    public static async Task<T> RunDamagedAsync<T>(
        IObjectStore store, string name, ObjectReadOptions options, Func<ObjectContent?, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(store, name, options, read, cancellationToken).ConfigureAwait(false);
        }
        catch (ChecksumMismatchException error) when (error.IsDamage)
        {
            return await RunAsync(store, name, options with { VerifyChecksum = false }, read, cancellationToken).ConfigureAwait(false);
        }
    }
}
