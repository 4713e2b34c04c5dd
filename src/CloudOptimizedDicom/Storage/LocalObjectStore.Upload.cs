using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    private const int MaxMoveAttempts = 100;

    // A reader under Windows may keep a file from being replaced: for 100 attempts, that is ten seconds.
    private static readonly TimeSpan MoveWait = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    /// <remarks>
    /// A file in <see cref="StagingDirectory"/> that may be moved is taken with the checksum that was given for it; all other
    /// bytes are copied and compared. Cancelling does nothing once the new object is about to be put in place.
    /// </remarks>
    /// <exception cref="ArgumentException">No object of a directory can have this name.</exception>
    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var path = new ObjectPath(_root, name);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // What cannot succeed, or has succeeded before, is not copied first.
            if (FindApplied(path, upload, precondition, path.Stat()) is { } applied)
            {
                return applied;
            }

            using StagingFile staged = await StageAsync(path, upload, cancellationToken).ConfigureAwait(false);
            using FolderLock folder = await _locks.AcquireAsync(path.Folder, cancellationToken).ConfigureAwait(false);
            FileState? live = path.Stat();
            return FindApplied(path, upload, precondition, live) ?? await Task.Run(() => PublishAsync(path, upload, staged, folder, live), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw Translate("upload", name, exception);
        }
    }

    // What this very upload made earlier; null when it is still to be done.
    private ObjectInfo? FindApplied(ObjectPath path, ObjectUpload upload, ObjectPrecondition precondition, FileState? live)
    {
        if (precondition.HoldsFor(live?.Generation))
        {
            return null;
        }

        return Find(path) is { } info && info.UploadId == upload.UploadId
            ? info
            : throw new PreconditionFailedException("upload", UriOf(path.Name), precondition);
    }

    private async Task<ObjectInfo> PublishAsync(
        ObjectPath path, ObjectUpload upload, StagingFile staged, FolderLock folder, FileState? live)
    {
        if (path.IsBehindLink())
        {
            throw new IOException("a symbolic link is on the way");
        }

        DateTimeOffset now = _timeProvider.GetUtcNow();
        SideFile side = SideFile.ReadForUpdate(path.FolderPath);
        long highest = Math.Max(Math.Max(folder.HighestDeleted, live?.Generation ?? 0), side.HighestGeneration(path.SideKey));
        long generation = FileState.Stamp(
            staged.Stream.SafeFileHandle, Math.Max(highest + 1, FileState.ToGeneration(now.UtcDateTime)));
        staged.Stream.Flush(flushToDisk: true);

        var record = new SideFileRecord
        {
            Generation = generation,
            SizeBytes = upload.SizeBytes,
            Crc32c = upload.Crc32c,
            ContentType = upload.ContentType,
            ContentEncoding = upload.ContentEncoding,
            TimeCreated = now,
            UploadId = upload.UploadId,
            Metadata = new Dictionary<string, string>(upload.Metadata),
        };
        folder.Remember(side.Prune());
        side.Add(path.SideKey, record, live);
        await WriteAsync(side, path.FolderPath).ConfigureAwait(false);
        await MoveAsync(staged.Path, path.FilePath).ConfigureAwait(false);
        return ToInfo(path, new FileState(upload.SizeBytes, generation), record);
    }

    private async Task WriteAsync(SideFile side, string folderPath)
    {
        using StagingFile staged = CreateStagingFile();
        side.WriteTo(staged.Stream);
        staged.Stream.Flush(flushToDisk: true);
        await MoveAsync(staged.Path, SideFile.PathIn(folderPath)).ConfigureAwait(false);
    }

    private async Task MoveAsync(string source, string destination)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
                File.Move(source, destination, overwrite: true);
                return;
            }
            catch (Exception exception) when (attempt < MaxMoveAttempts && IsFolderGone(exception, source))
            {
                // Somebody deleted the last object in it and then the folder.
            }
            catch (Exception exception) when (
                attempt < MaxMoveAttempts && OperatingSystem.IsWindows() && IsOfFileSystem(exception) && !Directory.Exists(destination))
            {
                await Task.Delay(MoveWait, _timeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static bool IsFolderGone(Exception exception, string source) =>
        exception is DirectoryNotFoundException or FileNotFoundException && File.Exists(source);
}
