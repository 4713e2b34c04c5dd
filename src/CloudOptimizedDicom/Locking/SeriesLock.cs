using System.Globalization;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Locking;

/// <summary>
/// The lock of one series: an object that only one writer can create. Its content is the metadata as it was, gzipped, which
/// serves as a backup; its custom metadata says who holds it. Thread-safe.
/// </summary>
internal sealed class SeriesLock(IObjectStore store, string name, CodMeter? meter = null)
{
    public const string OwnerKey = "cod-lock-owner";
    public const string HostKey = "cod-lock-host";
    public const string ProcessIdKey = "cod-lock-pid";
    public const string OperationKey = "cod-lock-operation";
    public const string LibraryKey = "cod-lock-library";

    private static readonly string Library = $"CloudOptimizedDicom {typeof(SeriesLock).Assembly.GetName().Version?.ToString(3)}";

    public string Uri => $"{store.RootUri}/{name}";

    public CodMeter Meter { get; } = meter ?? CodMeter.Default;

    /// <summary>Takes the lock.</summary>
    /// <param name="operation">What it is for, one of <see cref="LockOperation"/>.</param>
    /// <param name="backup">The gzipped metadata to keep in it.</param>
    /// <param name="cancellationToken">Ends the call early; a lock that was made meanwhile is taken back.</param>
    /// <exception cref="LockAcquisitionException">Somebody else holds it.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer; nothing of ours is left unless it cannot be reached at all.</exception>
    public async Task<SeriesLockHandle> AcquireAsync(string operation, ReadOnlyMemory<byte> backup, CancellationToken cancellationToken) =>
        await TryAcquireAsync(operation, backup, cancellationToken).ConfigureAwait(false)
            ?? throw Refuse(await ReadHolderAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Takes the lock, or gives null when somebody else holds it.</summary>
    public async Task<SeriesLockHandle?> TryAcquireAsync(string operation, ReadOnlyMemory<byte> backup, CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid();
        try
        {
            SeriesLockHandle? handle = await TryPutAsync(owner, operation, backup, ObjectPrecondition.DoesNotExist, cancellationToken).ConfigureAwait(false);
            Meter.LockEvents.Add(handle is null ? 0 : 1, TelemetryTag.Event, LockEvent.Acquired);
            return handle;
        }
        catch (Exception failure) when (failure is ObjectStoreException { MayHaveApplied: true } or OperationCanceledException)
        {
            await TakeBackAsync(owner).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Takes a lock over from whoever holds it. It is replaced where it is, so there is no moment without a lock.
    /// </summary>
    /// <param name="generation">The lock as it was seen.</param>
    /// <param name="operation">What it is for from now on.</param>
    /// <param name="backup">What it is to keep: the metadata as it was before the other one began, or as it is.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Null when the lock is not that one any more.</returns>
    public Task<SeriesLockHandle?> TryReplaceAsync(long generation, string operation, ReadOnlyMemory<byte> backup, CancellationToken cancellationToken) =>
        TryPutAsync(Guid.NewGuid(), operation, backup, ObjectPrecondition.GenerationIs(generation), cancellationToken);

    /// <summary>What a caller is told who does not get the lock.</summary>
    public LockAcquisitionException Refuse(LockHolder? holder)
    {
        Meter.LockEvents.Add(1, TelemetryTag.Event, LockEvent.Refused);
        return new LockAcquisitionException(Uri, holder);
    }

    /// <summary>
    /// What a lock keeps: the gzipped metadata as it was when it was taken, damaged or not, which gzip tells; null when the lock is
    /// not that one any more.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>?> ReadContentAsync(long generation, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ObjectReadOptions { IfGenerationMatch = generation };
            return await WholeRead.RunDamagedAsync<ReadOnlyMemory<byte>?>(store, name, options, async content => content is null
                ? null
                : await content.TryReadToEndAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw new ObjectRequestException("read", Uri, $"a lock of {content.Range.Length} bytes is none of ours"), cancellationToken).ConfigureAwait(false);
        }
        catch (PreconditionFailedException)
        {
            return null;
        }
    }

    /// <summary>Who holds the lock now; null for nobody.</summary>
    public async Task<LockHolder?> ReadHolderAsync(CancellationToken cancellationToken)
    {
        if (await store.GetInfoAsync(name, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            return null;
        }

        TimeSpan age = info.TimeAnswered - info.TimeCreated;
        return new LockHolder
        {
            LockUri = Uri,
            Generation = info.Generation,
            Owner = Guid.TryParse(info.Metadata.GetValueOrDefault(OwnerKey), out Guid owner) ? owner : null,
            Host = info.Metadata.GetValueOrDefault(HostKey),
            ProcessId = int.TryParse(info.Metadata.GetValueOrDefault(ProcessIdKey), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null,
            Operation = info.Metadata.GetValueOrDefault(OperationKey),
            Library = info.Metadata.GetValueOrDefault(LibraryKey),
            Age = age < TimeSpan.Zero ? TimeSpan.Zero : age,
        };
    }

    private async Task<SeriesLockHandle?> TryPutAsync(
        Guid owner, string operation, ReadOnlyMemory<byte> content, ObjectPrecondition precondition, CancellationToken cancellationToken)
    {
        try
        {
            ObjectInfo made = await store.UploadAsync(name, ToUpload(content, owner, operation), precondition, cancellationToken).ConfigureAwait(false);
            return new SeriesLockHandle(store, name, owner, made.Generation);
        }
        catch (PreconditionFailedException)
        {
            return null;
        }
    }

    private static ObjectUpload ToUpload(ReadOnlyMemory<byte> backup, Guid owner, string operation) => ObjectUpload.FromMemory(backup) with
    {
        ContentType = "application/json",
        ContentEncoding = "gzip",
        Metadata = Describe(owner, operation),
    };

    private static Dictionary<string, string> Describe(Guid owner, string operation) => new()
    {
        [OwnerKey] = owner.ToString("D"),
        [HostKey] = Environment.MachineName,
        [ProcessIdKey] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        [OperationKey] = operation,
        [LibraryKey] = Library,
    };

    /// <summary>
    /// Deletes a lock that we may have made without hearing of it. Whoever asked for the lock is told of the first failure;
    /// if this one fails as well, the lock stays and says who made it.
    /// </summary>
    private async Task TakeBackAsync(Guid owner)
    {
        try
        {
            if (await ReadHolderAsync(CancellationToken.None).ConfigureAwait(false) is { } holder && holder.Owner == owner)
            {
                await store.DeleteAsync(name, ObjectPrecondition.GenerationIs(holder.Generation), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (ObjectStoreException)
        {
            // The store cannot be reached; the caller gets the exception that led here.
        }
    }
}
