using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    /// <remarks>Folders that are empty afterwards are removed, but not the root.</remarks>
    /// <exception cref="ArgumentException">No object of a directory can have this name.</exception>
    public async Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        var path = new ObjectPath(_root, name);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (path.Stat() is null)
            {
                return false;
            }

            using FolderLock folder = await _locks.AcquireAsync(path.Folder, cancellationToken).ConfigureAwait(false);
            return await Task.Run(() => Delete(path, precondition, folder), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            throw Translate("delete", name, exception);
        }
    }

    private bool Delete(ObjectPath path, ObjectPrecondition precondition, FolderLock folder)
    {
        if (path.Stat() is not { } live)
        {
            return false;
        }

        Require("delete", path, precondition, live);
        folder.Remember(live.Generation);
        _steps.DeleteFile(path.FilePath);
        FlushApplied("delete", path);
        try
        {
            DeleteEmptyFolders(path, folder);
        }
        catch (Exception exception) when (IsOfFileSystem(exception))
        {
            // The object is gone; that a folder stays, because it is in use or not empty, is no failure.
        }

        return true;
    }

    // Nothing of this is flushed: empty folders and a side file without objects mean nothing when they are back after a crash.
    // The record of the object stays in the side file until that is next written: without its file it means nothing.
    private void DeleteEmptyFolders(ObjectPath path, FolderLock folder)
    {
        string directory = path.FolderPath;
        if (Directory.Exists(directory))
        {
            bool isUsed = File.Exists(directory + ".tar")
                || Directory.EnumerateFileSystemEntries(directory).Any(entry => Path.GetFileName(entry) != ObjectPath.SideFileName);
            if (isUsed)
            {
                return;
            }

            folder.Remember(SideFile.Read(directory).HighestGeneration());
            _steps.DeleteFile(SideFile.PathIn(directory));
        }

        for (; directory.Length > _root.Length; directory = Path.GetDirectoryName(directory)!)
        {
            if (Directory.Exists(directory))
            {
                _steps.DeleteFolder(directory);
            }
        }
    }
}
