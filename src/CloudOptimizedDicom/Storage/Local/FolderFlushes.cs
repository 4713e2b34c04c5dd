using System.Collections.Concurrent;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Brings folders to the disk, with those on the way to them: a folder that another process has just made may not be there yet,
/// and what is flushed in it would be lost with it. Those on the way are flushed only when they have changed, as the time
/// of their last write tells, since this process has flushed them. Thread-safe.
/// </summary>
/// <param name="root">The root of the store.</param>
/// <param name="steps">How to take steps.</param>
internal sealed class FolderFlushes(string root, IFileSteps steps)
{
    // So that a process that writes for ever does not remember every study.
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, DateTime> _changedWhenFlushed = new(StringComparer.Ordinal);
    private volatile bool _isRootFlushed;

    /// <summary>Makes a folder, and those above that are missing. <see cref="Flush"/> makes them last.</summary>
    public void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            Create(parent);
        }

        steps.CreateFolder(folder);
        if (parent is not null && folder.Length < root.Length)
        {
            // Outside of the root, where nobody flushes later.
            steps.FlushFolder(parent);
        }
    }

    /// <summary>Flushes a folder in any case, and those on the way to it that have changed.</summary>
    public void Flush(string folder)
    {
        FlushOne(folder, Directory.GetLastWriteTimeUtc(folder));
        FlushChanged(Path.GetDirectoryName(folder) ?? "");
    }

    /// <summary>Flushes a folder and those on the way to it, as far as they have changed.</summary>
    public void FlushChanged(string folder)
    {
        for (; folder.Length >= root.Length; folder = Path.GetDirectoryName(folder) ?? "")
        {
            DateTime changed = Directory.GetLastWriteTimeUtc(folder);
            if (!_changedWhenFlushed.TryGetValue(folder, out DateTime known) || known != changed)
            {
                FlushOne(folder, changed);
            }
        }

        FlushNameOfRoot();
    }

    // The time was read before: what changes meanwhile may be missed by the flush, and is found by the next one.
    private void FlushOne(string folder, DateTime changed)
    {
        steps.FlushFolder(folder);
        if (_changedWhenFlushed.Count >= MaxRemembered)
        {
            _changedWhenFlushed.Clear();
        }

        _changedWhenFlushed[folder] = changed;
    }

    private void FlushNameOfRoot()
    {
        if (_isRootFlushed || Path.GetDirectoryName(root) is not { } parent)
        {
            return;
        }

        try
        {
            steps.FlushFolder(parent);
        }
        catch (UnauthorizedAccessException)
        {
            // Who may not read the folder of the root has not made the root either.
        }

        _isRootFlushed = true;
    }
}
