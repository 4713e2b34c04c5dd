using CloudOptimizedDicom.Tar;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Tests.Tar;

/// <summary>A file of one test that an archive is written to; it is gone when disposed.</summary>
internal sealed class TestArchive : IDisposable
{
    public TestArchive(byte[]? content = null)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".tar");
        File.WriteAllBytes(Path, content ?? []);
        Handle = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public byte[] Bytes => File.ReadAllBytes(Path);

    public static async Task<IReadOnlyList<TarMember>> ListAsync(byte[] archive, bool continueBehindEnd = false)
    {
        using var reader = new TarHopReader(new TarBytes(archive)) { ContinueBehindEnd = continueBehindEnd };
        return await reader.ReadAllAsync(CancellationToken.None);
    }

    public async Task<IReadOnlyList<TarMember>> ListAsync()
    {
        using var reader = new TarHopReader(new TarFileSource(Handle));
        return await reader.ReadAllAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(Path);
    }
}
