namespace CloudOptimizedDicom.Storage;

/// <summary>
/// Where the objects of a datastore are: one bucket, or one directory. Objects are immutable; writing a name again makes a
/// new generation. All members may be called from any thread.
/// </summary>
/// <remarks>
/// A name that does not exist is an answer and no error. An implementation repeats what failed in passing by itself, and
/// never in a way that could do a thing twice; what it throws is final for that call.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>The URI that names are appended to, without a slash at its end: <c>gs://bucket</c> or a directory.</summary>
    string RootUri { get; }

    /// <summary>Whether bytes travel to another machine, so that text is worth compressing.</summary>
    bool IsRemote { get; }

    /// <summary>
    /// A directory from which <see cref="UploadAsync"/> takes a file by moving it; <see langword="null"/> where bytes are
    /// sent and it does not matter where they lie.
    /// </summary>
    string? StagingDirectory { get; }

    /// <summary>
    /// Whether <see cref="UploadAsync"/> takes objects of another store by <see cref="ObjectUpload.FromObject"/>, so that their
    /// bytes go from there to here without passing through this machine.
    /// </summary>
    /// <param name="origin">The store that has the objects.</param>
    /// <returns>No, unless an implementation says otherwise.</returns>
    bool CanCopyFrom(IObjectStore origin) => false;

    /// <summary>Asks for what is known of an object, without its bytes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The object; <see langword="null"/> when there is none.</returns>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Opens an object, or a range of it, as stored: nothing is decompressed.</summary>
    /// <param name="name">The name.</param>
    /// <param name="options">Which bytes of which generation; <see langword="null"/> for all of the newest.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The bytes, to be disposed by the caller; <see langword="null"/> when there is no such object.</returns>
    /// <exception cref="PreconditionFailedException">The live generation is not the one asked for.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range begins at the end of the object or behind it.</exception>
    Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes an object whole: afterwards it is there with all its bytes, or nothing has changed.</summary>
    /// <param name="name">The name.</param>
    /// <param name="upload">The bytes and what is to be kept beside them.</param>
    /// <param name="precondition">What must hold of the live object.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>
    /// The new object. When the precondition fails because this very upload was carried out before, which the live object's
    /// <see cref="ObjectInfo.UploadId"/> tells, that object: a call that ended without an answer may be made again.
    /// </returns>
    /// <exception cref="PreconditionFailedException">The live object is another one. It was not touched.</exception>
    /// <exception cref="ChecksumMismatchException">Other bytes arrived than were sent. They were not kept.</exception>
    /// <exception cref="ObjectStoreException">
    /// The store did not answer; unless <see cref="ObjectStoreException.MayHaveApplied"/> says otherwise, nothing has changed.
    /// </exception>
    Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object.</summary>
    /// <param name="name">The name.</param>
    /// <param name="precondition">What must hold of the live object.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Whether there was one. That there is none is no failure, whatever the precondition.</returns>
    /// <exception cref="PreconditionFailedException">The live object is another one. It was not touched.</exception>
    /// <exception cref="ObjectStoreException">
    /// The store did not answer; unless <see cref="ObjectStoreException.MayHaveApplied"/> says otherwise, nothing has changed.
    /// </exception>
    Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default);

    /// <summary>Lists names in the order of their UTF-8 bytes, a page at a time.</summary>
    /// <param name="prefix">What names must begin with; empty for all.</param>
    /// <param name="delimiter">
    /// When not empty, names that have it behind the prefix are folded: only what they begin with, up to and with the
    /// delimiter, is given, once, as an entry without an object.
    /// </param>
    /// <param name="cancellationToken">Ends the listing early.</param>
    /// <returns>Objects and folded prefixes.</returns>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    IAsyncEnumerable<ObjectListEntry> ListAsync(string prefix, string delimiter = "", CancellationToken cancellationToken = default);
}
