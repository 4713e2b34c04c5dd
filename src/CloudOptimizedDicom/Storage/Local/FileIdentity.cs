namespace CloudOptimizedDicom.Storage.Local;

/// <summary>Which file it is, whatever path, spelling or link leads to it.</summary>
/// <param name="Volume">The device.</param>
/// <param name="Number">The inode, or the file index of Windows; 0 where the system does not tell.</param>
internal readonly record struct FileIdentity(ulong Volume, ulong Number)
{
    public bool IsKnown => Number != 0;
}
