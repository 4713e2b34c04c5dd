namespace CloudOptimizedDicom.Tests.Storage.Local;

/// <summary>The bytes of a file and the time of its last write.</summary>
internal sealed record FileContent(byte[] Bytes, DateTime ModifiedTime)
{
    /// <summary>What is left of a file that was never flushed.</summary>
    public static FileContent Lost { get; } = new([], DateTime.UnixEpoch);

    public static FileContent Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return new FileContent(bytes, File.GetLastWriteTimeUtc(file.SafeFileHandle));
    }

    public void Write(string path)
    {
        File.WriteAllBytes(path, Bytes);
        File.SetLastWriteTimeUtc(path, ModifiedTime);
    }
}
