using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    private const int MaxMoveAttempts = 100;
    private const int MaxPublishAttempts = 3;

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

            (StagingFile staged, long generation) = await StageAsync(path, upload, cancellationToken).ConfigureAwait(false);
            using (staged)
            {
                using FolderLock folder = await _locks.AcquireAsync(path.Folder, cancellationToken).ConfigureAwait(false);
                return await Task.Run(
                    () => PublishAsync(path, upload, precondition, (staged, generation), folder), CancellationToken.None).ConfigureAwait(false);
            }
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

        if (Find(path) is not { } info || info.UploadId != upload.UploadId)
        {
            throw new PreconditionFailedException("upload", UriOf(path.Name), precondition);
        }

        // Whoever made it may have died before this.
        FlushApplied("upload", path);
        return info;
    }

    private async Task<ObjectInfo> PublishAsync(
        ObjectPath path, ObjectUpload upload, ObjectPrecondition precondition, (StagingFile File, long Generation) staged, FolderLock folder)
    {
        if (path.IsBehindLink())
        {
            throw new IOException("a symbolic link is on the way");
        }

        DeleteLeftoversOnce();
        for (int attempt = 1; attempt <= MaxPublishAttempts; attempt++)
        {
            FileState? live = path.Stat();
            if (FindApplied(path, upload, precondition, live) is { } applied)
            {
                return applied;
            }

            SideFile side = SideFile.ReadForUpdate(path.FolderPath);
            long highest = Math.Max(Math.Max(folder.HighestDeleted, live?.Generation ?? 0), side.HighestGeneration(path.SideKey));
            long generation = staged.Generation > highest ? staged.Generation : StampAndFlush(staged.File, highest + 1);
            SideFileRecord record = ToRecord(upload, generation);
            folder.Remember(side.Prune());
            side.Add(path.SideKey, record, live);
            await WriteAsync(side, path.FolderPath).ConfigureAwait(false);
            if (await TryMoveAsync(staged.File.Path, path.FilePath, isNew: live is null).ConfigureAwait(false))
            {
                FlushApplied("upload", path);
                return ToInfo(path, new FileState(upload.SizeBytes, generation), record);
            }

            // Somebody who does not keep to our locks has just made it.
        }

        throw new IOException("something that is no object has the name, or comes and goes");
    }

    private SideFileRecord ToRecord(ObjectUpload upload, long generation) => new()
    {
        Generation = generation,
        SizeBytes = upload.SizeBytes,
        Crc32c = upload.Crc32c,
        ContentType = upload.ContentType,
        ContentEncoding = upload.ContentEncoding,
        TimeCreated = _timeProvider.GetUtcNow(),
        UploadId = upload.UploadId,
        Metadata = new Dictionary<string, string>(upload.Metadata),
    };

    // On the disk before its object is put in place: one without its record would be taken for that of another program.
    private async Task WriteAsync(SideFile side, string folderPath)
    {
        using StagingFile staged = CreateStagingFile();
        side.WriteTo(staged.Stream);
        staged.Stream.Flush(flushToDisk: false);
        staged.SetMode(_publishedMode.Value);
        _steps.FlushFile(staged.Stream.SafeFileHandle, staged.Path);
        await TryMoveAsync(staged.Path, SideFile.PathIn(folderPath), isNew: false).ConfigureAwait(false);
        _steps.FlushFolder(folderPath);
    }

    private async Task<bool> TryMoveAsync(string source, string destination, bool isNew)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _folders.Create(Path.GetDirectoryName(destination)!);
                if (isNew)
                {
                    return _steps.TryMoveToNew(source, destination);
                }

                _steps.MoveOver(source, destination);
                return true;
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
        (exception is DirectoryNotFoundException or FileNotFoundException) && File.Exists(source);
}
