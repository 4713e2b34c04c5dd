namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Changes files as a disk, or somebody who knows nothing of the library, does.</summary>
internal static class Damage
{
    /// <summary>Replaces the bytes of a file, which is gone where they are null.</summary>
    /// <param name="path">The file.</param>
    /// <param name="edit">Gives the new bytes.</param>
    /// <param name="keepsTime">Whether the time of the last write stays, as where bits rot.</param>
    public static void Edit(string path, Func<byte[], byte[]?> edit, bool keepsTime = true)
    {
        DateTime time = File.GetLastWriteTimeUtc(path);
        if (edit(File.ReadAllBytes(path)) is { } bytes)
        {
            File.WriteAllBytes(path, bytes);
            if (keepsTime)
            {
                File.SetLastWriteTimeUtc(path, time);
            }
        }
        else
        {
            File.Delete(path);
        }
    }
}
