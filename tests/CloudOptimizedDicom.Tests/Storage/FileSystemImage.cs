using System.Diagnostics;

namespace CloudOptimizedDicom.Tests.Storage;

/// <summary>
/// A file system in a file, mounted. The file is on a file system that copies at once (XFS), so that a copy has what had reached
/// the disk at one moment: what was only in the memory of the machine is not in it. Needs root.
/// </summary>
internal sealed class FileSystemImage : IDisposable
{
    private readonly string _folder;
    private readonly string _kind;
    private bool _isMounted;

    private FileSystemImage(string folder, string kind)
    {
        _folder = folder;
        _kind = kind;
    }

    public string MountPoint => Path.Combine(_folder, "mounted");

    private string Outer => Path.Combine(_folder, "outer");

    private string Image => Path.Combine(Outer, "image");

    /// <summary>Why there is none on this machine; null when there is.</summary>
    public static string? FindObstacle(string kind) =>
        !OperatingSystem.IsLinux() ? "loop devices are those of Linux"
        : Environment.UserName != "root" ? "only root mounts"
        : new[] { "xfs", kind }.FirstOrDefault(each => !File.Exists($"/usr/sbin/mkfs.{each}") && !File.Exists($"/sbin/mkfs.{each}")) is { } missing
            ? $"mkfs.{missing} is not installed (Debian: e2fsprogs, xfsprogs, btrfs-progs)"
            : null;

    public static async Task<FileSystemImage> CreateAsync(string kind)
    {
        var image = new FileSystemImage(Directory.CreateTempSubdirectory("cod-disk-").FullName, kind);
        try
        {
            Directory.CreateDirectory(image.Outer);
            Directory.CreateDirectory(image.MountPoint);
            await RunAsync("truncate", "-s", "8G", image.Outer + ".image");
            await RunAsync("mkfs.xfs", "-q", "-m", "reflink=1", image.Outer + ".image");
            await RunAsync("mount", "-o", "loop", image.Outer + ".image", image.Outer);
            await RunAsync("truncate", "-s", "512M", image.Image);
            await RunAsync($"mkfs.{kind}", "-q", image.Image);
            await image.MountAsync(image.Image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Copies what has reached the disk by now.</summary>
    /// <returns>The copy.</returns>
    public async Task<string> CopyAsync(int number)
    {
        string copy = $"{Image}-{number}";
        await RunAsync("cp", "--reflink=always", Image, copy);
        return copy;
    }

    /// <summary>Mounts a copy in place of what is mounted, as the machine would when it starts again.</summary>
    public async Task RestartFromAsync(string copy)
    {
        await UnmountAsync(MountPoint);
        _isMounted = false;
        await MountAsync(copy);
    }

    public void Dispose()
    {
        if (_isMounted)
        {
            UnmountAsync(MountPoint).GetAwaiter().GetResult();
        }

        if (File.Exists(Image))
        {
            UnmountAsync(Outer).GetAwaiter().GetResult();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Task UnmountAsync(string folder) => RunAsync("umount", folder);

    private async Task MountAsync(string image)
    {
        await RunAsync("mount", "-t", _kind, "-o", "loop", image, MountPoint);
        _isMounted = true;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
        }
    }
}
