using System.Net.Sockets;
using System.Runtime.Versioning;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom.Tests.Storage;

public sealed partial class LocalObjectStoreTests
{
    [Test]
    [Platform("Linux,MacOSX")]
    [CancelAfter(60_000)]
    public async Task Fifo_InPlaceOfAnObject_IsNoObjectAndKeepsNobodyWaiting(CancellationToken cancellationToken)
    {
        await Store.WriteAsync("a/first");
        SpecialFiles.CreateFifo(PathOf("a/fifo"));
        Directory.CreateDirectory(PathOf("b"));
        SpecialFiles.CreateFifo(PathOf("b/fifo"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await WithinAsync(() => Store.GetInfoAsync("a/fifo", cancellationToken), cancellationToken), Is.Null);
            Assert.That(await WithinAsync(() => Store.OpenReadAsync("a/fifo", null, cancellationToken), cancellationToken), Is.Null);
            Assert.That(await WithinAsync(() => Store.ListNamesAsync(), cancellationToken), Is.EqualTo(new[] { "a/first" }));
            Assert.That(await WithinAsync(() => Store.ListNamesAsync("", "/"), cancellationToken), Is.EqualTo(new[] { "a/" }));
        }

        Assert.That(
            async () => await WithinAsync(() => Store.WriteAsync("a/fifo", "text", ObjectPrecondition.DoesNotExist), cancellationToken),
            Throws.InstanceOf<ObjectRequestException>().With.Message.Contains("something that is no object has the name"));
    }

    [Test]
    [Platform("Linux,MacOSX")]
    [CancelAfter(60_000)]
    public async Task Fifo_InPlaceOfASideFile_IsReplaced(CancellationToken cancellationToken)
    {
        await Store.WriteAsync("a/first");
        File.Delete(PathOf("a/.objects.json"));
        SpecialFiles.CreateFifo(PathOf("a/.objects.json"));
        Assert.That(await WithinAsync(() => Store.ReadAsync("a/first"), cancellationToken), Is.EqualTo("bytes"));
        ObjectInfo written = await WithinAsync(() => Store.WriteAsync("a/second"), cancellationToken);
        Assert.That((await Store.GetInfoAsync("a/second", cancellationToken))?.Crc32c, Is.EqualTo(written.Crc32c).And.Not.Null);
    }

    [Test]
    [Platform("Linux,MacOSX")]
    [CancelAfter(60_000)]
    public async Task Fifo_InPlaceOfALock_IsAnError(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(PathOf(".cod/locks"));
        for (int i = 0; i < 256; i++)
        {
            SpecialFiles.CreateFifo(PathOf($".cod/locks/{i:x2}"));
        }

        Assert.That(
            async () => await WithinAsync(() => Store.WriteAsync("name"), cancellationToken),
            Throws.InstanceOf<ObjectRequestException>().With.Message.Contains("not a regular file"));
    }

    [Test]
    [Platform("Linux,MacOSX")]
    [CancelAfter(60_000)]
    public async Task OpenRead_FifoSocketFolderOrDevice_IsRefusedAtOnce(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        SpecialFiles.CreateFifo(PathOf("fifo"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(PathOf("socket")));
        foreach ((string path, string kind) in ((string, string)[])[(PathOf("fifo"), "a pipe"), (PathOf("socket"), "a socket"), (_root, "a folder"), ("/dev/zero", "a device")])
        {
            Assert.That(
                async () => await WithinAsync(() => Task.Run(() => RegularFile.OpenRead(path)), cancellationToken),
                Throws.InstanceOf<IOException>().With.Message.Contains(kind),
                path);
        }
    }

    [Test]
    [Platform("Linux,MacOSX")]
    public void OpenRead_FileThatIsNotThere_ThrowsAsDotNetDoes()
    {
        string file = PathOf("none");
        string tooLong = PathOf(new string('n', 300));
        Directory.CreateDirectory(_root);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => RegularFile.OpenRead(file), Throws.TypeOf<FileNotFoundException>());
            Assert.That(() => RegularFile.OpenRead(Path.Join(file, "x")), Throws.TypeOf<DirectoryNotFoundException>());
            Assert.That(() => RegularFile.OpenRead(tooLong), Throws.TypeOf<PathTooLongException>());
        }
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    [Platform("Linux,MacOSX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Upload_StagedOrNot_GivesFilesTheirUsualModeOnlyWhenTheyAreInPlace()
    {
        using StagingFile staged = Local.CreateStagingFile();
        UnixFileMode whileStaged = File.GetUnixFileMode(staged.Path);
        await staged.Stream.WriteAsync("text"u8.ToArray());
        await staged.Stream.DisposeAsync();
        await Store.UploadAsync("moved", ObjectUpload.FromFile(staged.Path, 4, Crc32c.Compute("text"u8), mayMove: true), ObjectPrecondition.None);
        await Store.WriteAsync("copied");
        string usual = PathOf("usual");
        await File.WriteAllTextAsync(usual, "");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(whileStaged, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            foreach (string name in (string[])["moved", "copied", ".objects.json"])
            {
                Assert.That(File.GetUnixFileMode(PathOf(name)), Is.EqualTo(File.GetUnixFileMode(usual)), name);
            }
        }
    }

    /// <summary>So that a call which waits for ever fails the test instead of ending the run.</summary>
    private static Task<T> WithinAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) =>
        Task.Run(call, CancellationToken.None).WaitAsync(cancellationToken);
}
