using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>How many frames an instance has, by its metadata. No request.</summary>
    /// <param name="instanceUid">The UID that it is stored under.</param>
    /// <returns>0 without pixel data; 1 where Number of Frames is absent or no number of frames.</returns>
    /// <exception cref="InstanceNotFoundException">There is none.</exception>
    /// <exception cref="InstanceMetadataException">Its tags are damaged.</exception>
    public int GetFrameCount(string instanceUid) => FrameFormat.Of(GetRecord(instanceUid)).FrameCount;

    /// <summary>Reads one frame as it is stored.</summary>
    /// <param name="instanceUid">The UID that the instance is stored under.</param>
    /// <param name="frameNumber">Counted from 1, as DICOM counts frames.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The frame.</returns>
    /// <remarks>
    /// One request for the bytes of the frame, or for all of the instance when it has one frame or no table of them. The whole
    /// instance is checked against its checksum. A part cannot be: that it is of the recorded bytes is certain by the
    /// generation of the archive, which the request names and the metadata records with the checksum of the archive; whether
    /// the store still has what was written then, <see cref="VerifyIntegrityAsync"/> tells.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The number is 0 or less.</exception>
    /// <exception cref="InstanceNotFoundException">There is no such instance.</exception>
    /// <exception cref="FrameNotFoundException">The instance has no such frame, or no pixel data.</exception>
    /// <exception cref="FrameUnavailableException">Its frames cannot be told apart.</exception>
    /// <exception cref="InstanceMetadataException">Its tags are damaged.</exception>
    /// <exception cref="InvalidDicomException">The instance had to be parsed, and is not readable as DICOM.</exception>
    /// <exception cref="TarValidationException">The archive does not hold the instance.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest, or has other bytes by now.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    public async Task<DicomFrame> ReadFrameAsync(string instanceUid, int frameNumber, CancellationToken cancellationToken = default)
    {
        InstanceRecord record = RequireFrame(instanceUid, frameNumber);
        byte[] frame = [];
        (FrameFormat format, bool isEncapsulated) = await ReadFrameAsync(
            record, frameNumber, length => frame = GC.AllocateUninitializedArray<byte>(length), cancellationToken).ConfigureAwait(false);
        return new DicomFrame(new FrameKey(instanceUid, frameNumber), format, isEncapsulated, frame);
    }

    /// <summary>Reads one frame as it is stored into memory of the caller.</summary>
    /// <param name="instanceUid">The UID that the instance is stored under.</param>
    /// <param name="frameNumber">Counted from 1, as DICOM counts frames.</param>
    /// <param name="destination">Gets the bytes that <see cref="DicomFrame.Bytes"/> would have; nothing when the call fails.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>How many bytes it got.</returns>
    /// <inheritdoc cref="ReadFrameAsync(string, int, CancellationToken)"/>
    public async Task<int> ReadFrameAsync(
        string instanceUid, int frameNumber, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        InstanceRecord record = RequireFrame(instanceUid, frameNumber);
        int bytes = 0;
        await ReadFrameAsync(record, frameNumber, length => destination.GetMemory(bytes = length)[..length], cancellationToken).ConfigureAwait(false);
        destination.Advance(bytes);
        return bytes;
    }

    /// <summary>Reads all frames of an instance, in order.</summary>
    /// <param name="instanceUid">The UID that the instance is stored under.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <inheritdoc cref="ReadFramesAsync(IEnumerable{FrameKey}, FrameReadOptions, CancellationToken)"/>
    public IAsyncEnumerable<DicomFrame> ReadFramesAsync(
        string instanceUid, FrameReadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadFramesAsync(instanceUid, Enumerable.Range(1, GetFrameCount(instanceUid)), options, cancellationToken);

    /// <summary>Reads frames of one instance.</summary>
    /// <param name="instanceUid">The UID that the instance is stored under.</param>
    /// <param name="frameNumbers">Which, counted from 1 as DICOM counts frames, in any order; read to the end at once.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <inheritdoc cref="ReadFramesAsync(IEnumerable{FrameKey}, FrameReadOptions, CancellationToken)"/>
    public IAsyncEnumerable<DicomFrame> ReadFramesAsync(
        string instanceUid, IEnumerable<int> frameNumbers, FrameReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frameNumbers);

        // Whoever asks for all of them has the number from the tags, which are of unknown origin, and a list is made of them.
        int count = GetFrameCount(instanceUid);
        if (count > Part10Limits.Default.MaxElements)
        {
            throw new FrameUnavailableException(Uri, instanceUid, $"it claims to have {count}");
        }

        return ReadFramesAsync(frameNumbers.Select(number => new FrameKey(instanceUid, number)), options, cancellationToken);
    }

    /// <summary>
    /// Reads frames of any instances of the series. Frames of one instance that lie close together come with one request,
    /// several requests are under way at once, and no more is fetched than the options allow before it is taken.
    /// </summary>
    /// <param name="frames">Which, in any order, up to 4,000,000; read to the end at once. One that is named twice comes twice.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading early, and so does leaving the loop: nothing is under way afterwards.</param>
    /// <returns>
    /// The frames in the order asked for. What is wrong with one ends the reading when its turn has come, or that of another
    /// frame of its instance that is fetched with it.
    /// </returns>
    /// <inheritdoc cref="ReadFrameAsync(string, int, CancellationToken)"/>
    public IAsyncEnumerable<DicomFrame> ReadFramesAsync(
        IEnumerable<FrameKey> frames, FrameReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        options ??= FrameReadOptions.Default;
        return ReadFramesAsync(
            FrameBatch.Cut(
                frames.Select((frame, i) => i < Part10Limits.Default.MaxElements
                    ? (RequireFrame(frame.InstanceUid, frame.FrameNumber), frame.FrameNumber)
                    : throw new FrameUnavailableException(Uri, frame.InstanceUid, $"more than {Part10Limits.Default.MaxElements} frames are asked for at once")),
                options),
            options,
            cancellationToken);
    }

    private async IAsyncEnumerable<DicomFrame> ReadFramesAsync(
        IReadOnlyList<FrameBatch> batches, FrameReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Activity? activity = StartRead(CodActivitySource.ReadFrames);
        using var gate = new SemaphoreSlim(options.MaxParallelRequests);
        var reader = new FrameReader(batches, options, (record, isKept) => OpenFrames(record, options, gate, isKept));
        IAsyncEnumerator<DicomFrame> frames = reader.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (frames.ConfigureAwait(false))
        {
            for (int count = 0; await MoveNextAsync(frames, activity).ConfigureAwait(false);)
            {
                CountFrame(frames.Current.Bytes.Length);
                activity?.SetTag(TelemetryTag.Count, ++count);
                yield return frames.Current;
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<DicomFrame> frames, Activity? activity)
    {
        if (activity is not null)
        {
            // Between two frames the caller's own span is the current one.
            Activity.Current = activity;
        }

        try
        {
            return await frames.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (activity.MarkFailed(error))
        {
            throw;
        }
    }

    private void CountFrame(int bytes)
    {
        _datastore.Meter.ReadFrames.Add(1);
        _datastore.Meter.ReadBytes.Add(bytes);
    }

    private async Task<(FrameFormat Format, bool IsEncapsulated)> ReadFrameAsync(
        InstanceRecord record, int frameNumber, Func<int, Memory<byte>> allocate, CancellationToken cancellationToken)
    {
        using Activity? activity = StartRead(CodActivitySource.ReadFrames);
        int bytes = 0;
        try
        {
            FrameSource source = OpenFrames(record, FrameReadOptions.Default, new SemaphoreSlim(1), isKept: false);
            await using (source.ConfigureAwait(false))
            {
                (FrameFormat, bool) read = await source.ReadAsync(
                    [frameNumber], (_, length) => allocate(bytes = length), cancellationToken).ConfigureAwait(false);
                activity?.SetTag(TelemetryTag.Count, 1);
                CountFrame(bytes);
                return read;
            }
        }
        catch (Exception error) when (activity.MarkFailed(error))
        {
            throw;
        }
    }

    private InstanceRecord RequireFrame(string instanceUid, int frameNumber)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameNumber, 1);
        return GetRecord(instanceUid);
    }

    private FrameSource OpenFrames(InstanceRecord record, FrameReadOptions options, SemaphoreSlim gate, bool isKept)
    {
        if (_appended.ContainsKey(record.Uid))
        {
            // Its table was made here, a moment ago.
            _frames.TryAdd(record, record.Frames);
        }

        var bytes = new InstanceBytes(record, ArchiveUri, OpenRangeAsync, gate)
        {
            IsKept = isKept,
            IsUnproven = _current.Tar is null,
            Meter = _datastore.Meter,
            ScratchDirectory = _datastore.Options.ScratchDirectory,
        };
        return new FrameSource(bytes, Uri, options, _frames);
    }

    private async Task<OpenedRange> OpenRangeAsync(InstanceRecord record, long offset, long? length, CancellationToken cancellationToken)
    {
        var range = new ByteRange(offset, length ?? (record.SizeBytes - offset));
        if (_isArchiveChanged && _scratch is { } scratch)
        {
            return new OpenedRange(scratch.OpenRead(record, range), IsWhole: false);
        }

        return await Reader.OpenAsync(record, range, cancellationToken).ConfigureAwait(false);
    }
}
