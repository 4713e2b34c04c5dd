using System.Buffers;
using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom;

/// <summary>
/// The bytes of one instance within one call: ranges with a request each, or all of it with one. Once all of it was fetched,
/// ranges are cut from it. Thread-safe; disposing waits for nobody.
/// </summary>
/// <param name="record">The instance.</param>
/// <param name="archiveUri">The archive, to name in errors.</param>
/// <param name="open">Makes a request for the bytes from an offset on, as many as given or all that follow.</param>
/// <param name="gate">Passed by each request, so that not too many are under way.</param>
internal sealed class InstanceBytes(
    InstanceRecord record,
    string archiveUri,
    Func<InstanceRecord, long, long?, CancellationToken, Task<OpenedRange>> open,
    SemaphoreSlim gate) : IAsyncDisposable
{
    private const int MaxInMemoryBytes = 64 * 1024 * 1024;
    private const int CopyBytes = 128 * 1024;

    /// <summary>Who uses the whole instance, which has one position.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private Stream? _whole;

    /// <summary>Whether the whole instance will have to wait for later calls, and so is not to lie in memory.</summary>
    public required bool IsKept { get; init; }

    /// <summary>Whether a range may bring the whole instance, so that other ranges should wait for what comes.</summary>
    public required bool IsUnproven { get; init; }

    /// <summary>Where it lies if it is not in memory; null for the system's directory for temporary files.</summary>
    public required string? ScratchDirectory { get; init; }

    /// <summary>Counts what is wrong.</summary>
    public required CodMeter Meter { get; init; }

    public InstanceRecord Record => record;

    /// <summary>Reads a range.</summary>
    /// <param name="range">Within the instance, up to 2 GiB.</param>
    /// <param name="allocate">Gives the buffer, as long as told, when it is needed and not before.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The filled buffer.</returns>
    public async ValueTask<Memory<byte>> ReadAsync(ByteRange range, Func<int, Memory<byte>> allocate, CancellationToken cancellationToken)
    {
        if (range.Length == 0)
        {
            return allocate(0);
        }

        if (Volatile.Read(ref _whole) is null && !IsUnproven)
        {
            return await RequestAsync(range, allocate, cancellationToken).ConfigureAwait(false);
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_whole is not { } whole)
            {
                return await RequestAsync(range, allocate, cancellationToken).ConfigureAwait(false);
            }

            Memory<byte> buffer = allocate((int)range.Length);
            whole.Position = range.Offset;
            await FillAsync(whole, buffer, cancellationToken).ConfigureAwait(false);
            return buffer;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives all of the instance, with its checksum proven, to one user at a time.</summary>
    public async Task<T> UseWholeAsync<T>(Func<Stream, Task<T>> use, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Stream whole = _whole ??= await FetchAsync(cancellationToken).ConfigureAwait(false);
            whole.Position = 0;
            return await use(whole).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _whole, null) is { } whole)
        {
            await whole.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<Memory<byte>> RequestAsync(ByteRange range, Func<int, Memory<byte>> allocate, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            OpenedRange opened = await open(record, range.Offset, range.Length, cancellationToken).ConfigureAwait(false);
            bool isTaken = false;
            try
            {
                Memory<byte> buffer = allocate((int)range.Length);
                await FillAsync(opened.Content, buffer, cancellationToken).ConfigureAwait(false);
                isTaken = opened.IsWhole && Interlocked.CompareExchange(ref _whole, opened.Content, null) is null;
                return buffer;
            }
            finally
            {
                if (!isTaken)
                {
                    await opened.Content.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Stream> FetchAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            OpenedRange opened = await open(record, 0, null, cancellationToken).ConfigureAwait(false);
            if (opened.IsWhole)
            {
                return opened.Content;
            }

            await using (opened.Content.ConfigureAwait(false))
            {
                return await CopyAsync(opened.Content, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Stream> CopyAsync(Stream content, CancellationToken cancellationToken)
    {
        bool isSmall = !IsKept && record.SizeBytes <= MaxInMemoryBytes;
        Stream copy = isSmall ? new MemoryStream((int)record.SizeBytes) : TemporaryFile.Create(ScratchDirectory);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        bool isProven = false;
        try
        {
            var passing = new PassingStream(content, copy);
            while (passing.BytesPassed < record.SizeBytes)
            {
                int wanted = (int)Math.Min(buffer.Length, record.SizeBytes - passing.BytesPassed);
                await FillAsync(passing, buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
            }

            isProven = passing.Crc32c == record.Crc32c;
            if (!isProven)
            {
                Meter.ReadFaults.Add(1, TelemetryTag.Kind, "mismatch");
                throw new HashMismatchException(archiveUri, record.Uid, record.Crc32c, passing.Crc32c);
            }

            return copy;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!isProven)
            {
                await copy.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask FillAsync(Stream content, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < buffer.Length)
        {
            Meter.ReadFaults.Add(1, TelemetryTag.Kind, "missing");
            throw new TarMissingInstanceException(archiveUri, record.Uid, record.ArchiveRange);
        }
    }
}
