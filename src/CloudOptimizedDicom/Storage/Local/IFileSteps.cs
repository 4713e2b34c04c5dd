using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Every step by which a directory is changed, one call each, so that their order can be seen and a crash imagined between any
/// two of them. A name is on the disk once its folder was flushed, the bytes of a file once the file was. Thread-safe.
/// </summary>
internal interface IFileSteps
{
    /// <summary>Makes a folder in one that is there; it may be there already.</summary>
    void CreateFolder(string path);

    /// <summary>Brings the bytes and the times of a file to the disk.</summary>
    void FlushFile(SafeFileHandle file, string path);

    /// <summary>Brings the names in a folder to the disk.</summary>
    void FlushFolder(string path);

    /// <summary>Moves a file to a name that nothing has. No lock is needed for that: of many callers one succeeds.</summary>
    /// <returns>Whether it was moved; <see langword="false"/> when something has the name.</returns>
    bool TryMoveToNew(string source, string destination);

    /// <summary>Moves a file over another one, so that the name is of one or the other at every moment.</summary>
    void MoveOver(string source, string destination);

    /// <summary>Deletes a file.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes an empty folder.</summary>
    void DeleteFolder(string path);

    /// <summary>Locks a file for its handle alone, without waiting, until that is closed.</summary>
    /// <returns>Whether it could; <see langword="false"/> when another handle has it.</returns>
    /// <exception cref="IOException">The file system has no locks.</exception>
    bool TryLock(SafeFileHandle file);
}
