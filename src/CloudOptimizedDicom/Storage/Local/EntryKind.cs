namespace CloudOptimizedDicom.Storage.Local;

/// <summary>What stands at a path.</summary>
internal enum EntryKind
{
    /// <summary>A device, a pipe or a socket.</summary>
    Other,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,
}
