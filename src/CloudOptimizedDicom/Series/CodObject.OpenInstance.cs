using System.Diagnostics;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    private ArchiveReader? _reader;

    private ArchiveReader Reader => LazyInitializer.EnsureInitialized(
        ref _reader, () => new ArchiveReader(_store, _names, _stored!, _datastore.Options, _datastore.Meter));

    /// <summary>Opens the bytes of an instance.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>
    /// A stream that can seek and is to be disposed by the caller. Of a series open for reading it may outlive the series; that
    /// of one open for writing or appending ends with it. Bytes are fetched when they are read, first 128 KiB and more while
    /// reading goes on, so a parser that jumps over the pixels does not fetch them. <see cref="Stream.CopyToAsync(Stream)"/>,
    /// and a read into a buffer that has room for all, is one request. Read from the first byte to the last, its checksum is
    /// checked: the last read throws <see cref="HashMismatchException"/>. Reads throw what this call may throw but for
    /// <see cref="InstanceNotFoundException"/>. Not thread-safe; open one for each thread.
    /// </returns>
    /// <exception cref="InstanceNotFoundException">There is none.</exception>
    /// <exception cref="TarValidationException">The archive does not hold it.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes by now, or not this instance.</exception>
    /// <exception cref="CodObjectNotFoundException">The series was deleted meanwhile.</exception>
    /// <exception cref="SeriesDamagedException">There is metadata, but no archive.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public Task<Stream> OpenInstanceAsync(string instanceUid, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        InstanceRecord record = GetRecord(instanceUid);
        _datastore.Meter.ReadInstances.Add(1);
        if (_isArchiveChanged && _scratch is not null)
        {
            return Task.FromResult<Stream>(OpenInScratch(record));
        }

        ArchiveReader reader = Reader;
        return Task.FromResult<Stream>(new InstanceStream(record, ArchiveUri, (range, token) => reader.OpenAsync(record, range, token), _datastore.Meter));
    }

    /// <summary>Reads an instance whole, with one request, and checks it.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="NotSupportedException">It has more bytes than an array can hold; copy it to a stream.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public async Task<byte[]> ReadInstanceAsync(string instanceUid, CancellationToken cancellationToken = default)
    {
        using Activity? activity = StartRead(CodActivitySource.ReadInstance);
        try
        {
            Stream stream = await OpenInstanceAsync(instanceUid, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (stream.Length > Array.MaxLength)
                {
                    throw new NotSupportedException($"Instance {instanceUid} has {stream.Length} bytes, an array at most {Array.MaxLength}; use {nameof(CopyInstanceToAsync)}.");
                }

                // Room is made once the archive has shown that it has so many bytes.
                await ((InstanceStream)stream).StartAsync(cancellationToken).ConfigureAwait(false);
                byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
                await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
                activity?.SetTag(TelemetryTag.Bytes, stream.Length);
                return bytes;
            }
        }
        catch (Exception error) when (activity.MarkFailed(error))
        {
            throw;
        }
    }

    /// <summary>Copies an instance whole, with one request, and checks it.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <param name="destination">Where the bytes go; when the call throws, some of them have.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>When all bytes are written.</returns>
    /// <exception cref="HashMismatchException">The bytes are not those that were recorded.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public async Task CopyInstanceToAsync(string instanceUid, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using Activity? activity = StartRead(CodActivitySource.ReadInstance);
        try
        {
            Stream stream = await OpenInstanceAsync(instanceUid, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
                activity?.SetTag(TelemetryTag.Bytes, stream.Length);
            }
        }
        catch (Exception error) when (activity.MarkFailed(error))
        {
            throw;
        }
    }

    /// <summary>Opens the bytes of an instance by its place in stored order.</summary>
    /// <param name="index">From 0 (inclusive) to the number of instances (exclusive).</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>See <see cref="OpenInstanceAsync(string, CancellationToken)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    /// <inheritdoc cref="OpenInstanceAsync(string, CancellationToken)"/>
    public Task<Stream> OpenInstanceAsync(int index, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
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
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(instance);
        string uid = instance.Record?.Uid ?? throw new ArgumentException($"{instance.DicomUri} is not part of a series.", nameof(instance));
        return OpenInstanceAsync(uid, cancellationToken);
    }

    /// <summary>Begins a span of a read; where nobody listens, not even the URI is made.</summary>
    private Activity? StartRead(string name) => CodActivitySource.HasListeners ? CodActivitySource.Start(name, Uri) : null;

    private InstanceStream OpenInScratch(InstanceRecord record) =>
        new(record, ArchiveUri, (range, token) => OpenUnsyncedAsync(record, range, token), _datastore.Meter);

    /// <summary>A sync gives the scratch archive away, or a removal moves the instance in it: its bytes are where they are now.</summary>
    private async Task<OpenedRange> OpenUnsyncedAsync(InstanceRecord expected, ByteRange range, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_current.TryGetInstance(expected.Uid, out InstanceRecord? record) || record.SizeBytes != expected.SizeBytes || record.Crc32c != expected.Crc32c)
        {
            throw new SeriesChangedException(Uri, attempts: 1);
        }

        try
        {
            return await OpenRangeAsync(record, range.Offset, range.Length, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            // A sync is just giving the file away.
            throw new SeriesChangedException(Uri, attempts: 1);
        }
    }
}
