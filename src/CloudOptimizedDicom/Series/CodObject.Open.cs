using System.Buffers;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Locking;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Opens a series by the path of its datastore, as in Python. A program that opens many had better keep one
    /// <see cref="CodDatastore"/>.
    /// </summary>
    /// <param name="datastorePath">A directory, or <c>gs://bucket/prefix</c>.</param>
    /// <param name="studyUid">Study Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="seriesUid">Series Instance UID; the hashed one of a series that hides its own.</param>
    /// <param name="mode">What for; <see cref="CodMode.Write"/> and <see cref="CodMode.Append"/> take the lock.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="datastoreOptions">How the datastore is reached; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early; no lock is left then.</param>
    /// <returns>The series, to be disposed by the caller, which releases the lock.</returns>
    /// <inheritdoc cref="CodDatastore.OpenSeriesAsync"/>
    public static async Task<CodObject> OpenAsync(
        string datastorePath,
        string studyUid,
        string seriesUid,
        CodMode mode,
        OpenSeriesOptions? options = null,
        CodDatastoreOptions? datastoreOptions = null,
        CancellationToken cancellationToken = default)
    {
        // It is not disposed with the series: streams may outlive that, and its connections belong to the process.
        CodDatastore datastore = await CodDatastore.OpenAsync(datastorePath, datastoreOptions, cancellationToken).ConfigureAwait(false);
        return await datastore.OpenSeriesAsync(studyUid, seriesUid, mode, options, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<CodObject> OpenAsync(
        CodDatastore datastore, SeriesNames names, CodMode mode, OpenSeriesOptions options, CancellationToken cancellationToken) =>
        (await OpenUnlessDoneAsync(datastore, names, mode, options, static _ => false, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Opens a series, unless what is stored shows that there is nothing to do: then no lock is taken, and null is the answer.</summary>
    internal static Task<CodObject?> OpenUnlessDoneAsync(
        CodDatastore datastore,
        SeriesNames names,
        CodMode mode,
        OpenSeriesOptions options,
        Func<SeriesMetadata, bool> isDone,
        CancellationToken cancellationToken) =>
        CodActivitySource.TraceAsync(CodActivitySource.Open, $"{datastore.Store.RootUri}/{names.Folder}", async activity =>
        {
            activity?.SetTag(TelemetryTag.Mode, mode.ToString());
            CodObject? series = await OpenUntracedAsync(datastore, names, mode, options, isDone, cancellationToken).ConfigureAwait(false);
            activity?.SetTag(TelemetryTag.Count, series?.StoredInstanceCount);
            return series;
        });

    private static async Task<CodObject?> OpenUntracedAsync(
        CodDatastore datastore,
        SeriesNames names,
        CodMode mode,
        OpenSeriesOptions options,
        Func<SeriesMetadata, bool> isDone,
        CancellationToken cancellationToken)
    {
        Task<ObjectInfo?> errorLog = datastore.Store.GetInfoAsync(names.ErrorLog, cancellationToken);
        Task<StoredSeries?> reading = datastore.ReadMetadataAsync(names, cancellationToken);
        await Task.WhenAll(errorLog, reading).ConfigureAwait(false);
        string uri = $"{datastore.Store.RootUri}/{names.Folder}";
        if (await errorLog.ConfigureAwait(false) is not null && !options.OverrideErrors)
        {
            throw new ErrorLogExistsException($"{datastore.Store.RootUri}/{names.ErrorLog}");
        }

        StoredSeries? stored = await reading.ConfigureAwait(false);
        if (stored is null && (mode == CodMode.Read || !options.CreateIfMissing))
        {
            throw new CodObjectNotFoundException(uri);
        }

        if (mode == CodMode.Read)
        {
            return new CodObject(datastore, names, mode, stored, stored!.Metadata, @lock: null);
        }

        if (stored is not null && isDone(stored.Metadata))
        {
            return null;
        }

        (SeriesLockHandle handle, stored) = await LockAsync(datastore, names, OperationOf(mode), stored, options, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenLockedAsync(datastore, names, mode, options, handle, stored, await errorLog.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ReleaseAsync(datastore, handle, uri).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the lock; gives it with the metadata as it was last seen before.</summary>
    internal static async Task<(SeriesLockHandle Handle, StoredSeries? Seen)> LockAsync(
        CodDatastore datastore, SeriesNames names, string operation, StoredSeries? stored, OpenSeriesOptions options, CancellationToken cancellationToken)
    {
        var seriesLock = new SeriesLock(datastore.Store, names.Lock, datastore.Meter);
        var waiting = new LockWait(seriesLock, options.WaitForLock, datastore.Options.TimeProvider);
        while (true)
        {
            ReadOnlyMemory<byte> backup = ToBackup(stored, names, options);
            if (await seriesLock.TryAcquireAsync(operation, backup, cancellationToken).ConfigureAwait(false) is { } handle)
            {
                return (handle, stored);
            }

            LockHolder? holder = await seriesLock.ReadHolderAsync(cancellationToken).ConfigureAwait(false);
            if (holder is not null
                && await EmptyLock.TryReadAsync(seriesLock, holder, options.OverrideEmptyLocksOlderThan, cancellationToken).ConfigureAwait(false) is { } kept
                && await seriesLock.TryReplaceAsync(holder.Generation, operation, kept, cancellationToken).ConfigureAwait(false) is { } overriding)
            {
                datastore.Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Overridden);
                datastore.Logger.LockOverridden($"{datastore.Store.RootUri}/{names.Folder}", holder);
                return (overriding, stored);
            }

            await waiting.WaitAsync(holder, cancellationToken).ConfigureAwait(false);
            if (!options.OverrideErrors)
            {
                // Whoever held the lock may have left one.
                await RequireNoErrorLogAsync(datastore, names, cancellationToken).ConfigureAwait(false);
            }

            stored = await StoredSeries.ReadAsync(datastore.Store, names, stored, datastore.Options.Decompression, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="ErrorLogExistsException">There is one.</exception>
    internal static async Task RequireNoErrorLogAsync(CodDatastore datastore, SeriesNames names, CancellationToken cancellationToken)
    {
        if (await datastore.Store.GetInfoAsync(names.ErrorLog, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw new ErrorLogExistsException($"{datastore.Store.RootUri}/{names.ErrorLog}");
        }
    }

    /// <summary>What was read before the lock was held may be old by now, so it is read again.</summary>
    private static async Task<CodObject> OpenLockedAsync(
        CodDatastore datastore,
        SeriesNames names,
        CodMode mode,
        OpenSeriesOptions options,
        SeriesLockHandle handle,
        StoredSeries? seen,
        ObjectInfo? errorLog,
        CancellationToken cancellationToken)
    {
        StoredSeries? stored = await StoredSeries.ReadAsync(datastore.Store, names, seen, datastore.Options.Decompression, cancellationToken).ConfigureAwait(false);
        if (stored is null && !options.CreateIfMissing)
        {
            throw new CodObjectNotFoundException($"{datastore.Store.RootUri}/{names.Folder}");
        }

        if (errorLog is not null)
        {
            // Of another one that came meanwhile nobody has said that it is no obstacle.
            await DeleteErrorLogAsync(datastore, names, errorLog, cancellationToken).ConfigureAwait(false);
        }

        SeriesMetadata current = CurrentOf(stored, names, startsFresh: mode == CodMode.Write, options);
        return new CodObject(datastore, names, mode, stored, current, handle);
    }

    private static async Task DeleteErrorLogAsync(CodDatastore datastore, SeriesNames names, ObjectInfo errorLog, CancellationToken cancellationToken)
    {
        try
        {
            await datastore.Store.DeleteAsync(names.ErrorLog, ObjectPrecondition.GenerationIs(errorLog.Generation), cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            throw new ErrorLogExistsException($"{datastore.Store.RootUri}/{names.ErrorLog}");
        }
    }

    private static string OperationOf(CodMode mode) => mode == CodMode.Write ? LockOperation.Write : LockOperation.Append;

    private static SeriesMetadata NewMetadata(SeriesNames names, StoredSeries? stored, OpenSeriesOptions options) => new(
        names.Id, stored?.Metadata.UsesHashedUids ?? options.UsesHashedUids, options.MetadataVersion ?? MetadataVersion.V2);

    private static ReadOnlyMemory<byte> ToBackup(StoredSeries? stored, SeriesNames names, OpenSeriesOptions options)
    {
        if (stored is not null)
        {
            return stored.ToBackup();
        }

        var empty = new ArrayBufferWriter<byte>();
        NewMetadata(names, stored, options).Write(empty, names.Tar);
        return Gzip.Compress(empty.WrittenSpan);
    }
}
