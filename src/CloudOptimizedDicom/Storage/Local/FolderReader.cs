using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace CloudOptimizedDicom.Storage.Local;

/// <summary>
/// Lists a folder by the bytes of its names. .NET replaces what is not UTF-8 in them, so that they cannot be opened any more, or
/// even name another file.
/// </summary>
internal static unsafe partial class FolderReader
{
    private const int NameOffsetOfLinux = 19;
    private const int NameOffsetOfMac = 21;
    private const string LibraryName = "libc";

    /// <summary>Where the layout of an entry is known.</summary>
    private static readonly bool IsAvailable = Environment.Is64BitProcess && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS());

    private static readonly bool IsIntelMac = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The names in a folder but for <c>.</c> and <c>..</c>, in no order.</summary>
    /// <exception cref="IOException">It cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not list it.</exception>
    public static List<FolderEntry> Read(string folder)
    {
        if (!IsAvailable)
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Select(entry => new FolderEntry(entry.Name, IsReadable: true))];
        }

        nint stream = OpenFolder(folder);
        if (stream == 0)
        {
            throw LibC.ToException(Marshal.GetLastPInvokeError(), folder);
        }

        try
        {
            return Read(stream, folder);
        }
        finally
        {
            _ = CloseFolder(stream);
        }
    }

    private static List<FolderEntry> Read(nint stream, string folder)
    {
        int nameOffset = OperatingSystem.IsMacOS() ? NameOffsetOfMac : NameOffsetOfLinux;
        List<FolderEntry> entries = [];
        while (true)
        {
            // The end and an error give the same answer; only an error sets errno, which is 0 before each call.
            byte* entry = IsIntelMac ? ReadFolderOfIntelMac(stream) : ReadFolder(stream);
            if (entry is null)
            {
                int error = Marshal.GetLastPInvokeError();
                return error == 0 ? entries : throw LibC.ToException(error, folder);
            }

            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + nameOffset);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(Utf8.IsValid(name) ? new FolderEntry(Encoding.UTF8.GetString(name), IsReadable: true) : new FolderEntry(Escape(name), IsReadable: false));
            }
        }
    }

    private static string Escape(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            bool isText = Rune.DecodeFromUtf8(name, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            text.Append(isText ? rune.ToString() : string.Create(CultureInfo.InvariantCulture, $@"\x{name[0]:X2}"));
            name = name[(isText ? length : 1)..];
        }

        return text.ToString();
    }

    [LibraryImport(LibraryName, EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFolder(string path);

    [LibraryImport(LibraryName, EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadFolder(nint folder);

    [LibraryImport(LibraryName, EntryPoint = "readdir$INODE64", SetLastError = true)]
    private static partial byte* ReadFolderOfIntelMac(nint folder);

    [LibraryImport(LibraryName, EntryPoint = "closedir")]
    private static partial int CloseFolder(nint folder);
}
