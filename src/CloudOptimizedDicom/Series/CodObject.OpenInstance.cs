using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private ArchiveReader? _reader;

    private ArchiveReader Reader => LazyInitializer.EnsureInitialized(
        ref _reader, () => new ArchiveReader(_store, _names, _stored!, _datastore.Options.TimeProvider));

    /// <summary>Opens the bytes of an instance.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>
    /// A stream that can seek and is to be disposed by the caller. Of a series open for reading it may outlive the series.
    /// Read from the first byte to the last, it is one request and its checksum is checked.
    /// </returns>
    /// <exception cref="InstanceNotFoundException">There is none.</exception>
    /// <exception cref="TarValidationException">The archive does not hold it.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes by now.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<Stream> OpenInstanceAsync(string instanceUid, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        InstanceRecord record = GetRecord(instanceUid);
        if (_isArchiveChanged && _scratch is { } scratch)
        {
            return await new InstanceStream(record, scratch.Path, (offset, _) => Task.FromResult<Stream>(OpenScratchRange(scratch.Path, record, offset)))
                .StartAsync(cancellationToken).ConfigureAwait(false);
        }

        ArchiveReader reader = Reader;
        return await new InstanceStream(record, ArchiveUri, (offset, token) => reader.OpenAsync(record, offset, length: null, token))
            .StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the bytes of an instance by its place in stored order.</summary>
    /// <param name="index">From 0 (inclusive) to the number of instances (exclusive).</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>See <see cref="OpenInstanceAsync(string, CancellationToken)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public Task<Stream> OpenInstanceAsync(int index, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _current.Instances.Count);
        return OpenInstanceAsync(_current.Instances[index].Uid, cancellationToken);
    }

    /// <summary>Opens the bytes of an instance of this series.</summary>
    /// <param name="instance">One that <see cref="GetInstances"/> gave, or that was appended.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>See <see cref="OpenInstanceAsync(string, CancellationToken)"/>.</returns>
    /// <exception cref="ArgumentException">It is not part of a series.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public Task<Stream> OpenInstanceAsync(Instance instance, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instance);
        string uid = instance.Record?.Uid ?? throw new ArgumentException($"{instance.DicomUri} is not part of a series.", nameof(instance));
        return OpenInstanceAsync(uid, cancellationToken);
    }

    private static FileStream OpenScratchRange(string path, InstanceRecord record, long offset)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = record.ArchiveRange.Offset + offset;
        return file;
    }
}
