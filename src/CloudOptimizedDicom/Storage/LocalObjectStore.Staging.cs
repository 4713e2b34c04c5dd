using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    private const int CopyBufferBytes = 128 * 1024;

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly Lazy<UnixFileMode?> _publishedMode;
    private int _leftoversDeleted;

    /// <inheritdoc/>
    public string StagingDirectory => Path.Join(_root, ObjectPath.OwnFolder, "staging");

    /// <summary>Creates a scratch file that <see cref="UploadAsync"/> takes by moving it.</summary>
    internal StagingFile CreateStagingFile()
    {
        _folders.Create(StagingDirectory);
        return StagingFile.Create(StagingDirectory);
    }

    // Only once a lock was taken, which has shown that those of others can be seen; what lies behind a link is nobody's leftover.
    private void DeleteLeftoversOnce()
    {
        if (Interlocked.Exchange(ref _leftoversDeleted, 1) == 0 && ObjectPath.IsFolder(_root, $"{ObjectPath.OwnFolder}/staging"))
        {
            StagingFile.DeleteLeftovers(StagingDirectory, _timeProvider.GetUtcNow() - LeftoverAge);
        }
    }

    // Afterwards the bytes lie in the staging directory, are those that were announced, and are on the disk, with the generation
    // that the object will have unless its name has had a higher one.
    private async Task<(StagingFile File, long Generation)> StageAsync(ObjectPath path, ObjectUpload upload, CancellationToken cancellationToken)
    {
        bool isStaged = upload.MovableFile is { } movable && Path.GetDirectoryName(Path.GetFullPath(movable)) == StagingDirectory;
        StagingFile staged = isStaged ? StagingFile.Open(upload.MovableFile!) : CreateStagingFile();
        try
        {
            uint? crc32c = isStaged ? null : await CopyAsync(upload, staged.Stream, cancellationToken).ConfigureAwait(false);
            if (staged.Stream.Length != upload.SizeBytes || (crc32c is { } actual && actual != upload.Crc32c))
            {
                throw new ChecksumMismatchException("upload", UriOf(path.Name), upload.Crc32c, crc32c);
            }

            long generation = FileState.ToGeneration(_timeProvider.GetUtcNow().UtcDateTime);
            return (staged, await Task.Run(() => StampAndFlush(staged, generation), cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    private long StampAndFlush(StagingFile staged, long atLeast)
    {
        staged.Stream.Flush(flushToDisk: false);
        staged.SetMode(_publishedMode.Value);
        long generation = FileState.Stamp(staged.Stream.SafeFileHandle, atLeast);
        _steps.FlushFile(staged.Stream.SafeFileHandle, staged.Path);
        return generation;
    }

    private static async Task<uint> CopyAsync(ObjectUpload upload, FileStream target, CancellationToken cancellationToken)
    {
        Stream source = upload.Open();
        await using (source.ConfigureAwait(false))
        {
            Crc32c crc32c = default;
            byte[] buffer = new byte[Math.Clamp(upload.SizeBytes, 1, CopyBufferBytes)];

            // A source that goes on behind its announced end need not be read to its own.
            while (target.Position <= upload.SizeBytes
                && await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                crc32c.Append(buffer.AsSpan(0, count));
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }

            return crc32c.Value;
        }
    }
}
