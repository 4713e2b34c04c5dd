using System.Formats.Tar;

namespace CloudOptimizedDicom.Tar.Index;

/// <summary>The kind of a file in the upper bits of its mode, as stat(2) has it.</summary>
internal static class RatarmountFileMode
{
    public const int Folder = 0x4000;
    public const int PermissionBits = 0xFFF;

    /// <summary>What ratarmount gives a folder that the archive names only in its members: readable by all.</summary>
    public const int GeneratedFolder = Folder | 0b101_101_101;

    private const int KindBits = 0xF000;

    public static bool IsFolder(long mode) => (mode & KindBits) == Folder;

    public static int Of(TarMember member) => member.Mode | member.Type switch
    {
        TarEntryType.Directory => Folder,
        TarEntryType.SymbolicLink => 0xA000,
        TarEntryType.CharacterDevice => 0x2000,
        TarEntryType.BlockDevice => 0x6000,
        TarEntryType.Fifo => 0x1000,
        _ => 0x8000,
    };
}
