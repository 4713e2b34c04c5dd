using System.Formats.Tar;

namespace CloudOptimizedDicom.Tar;

/// <summary>One member of an archive and where its bytes lie.</summary>
internal sealed record TarMember
{
    /// <summary>Permission bits 0644.</summary>
    public const int DefaultMode = 0b110_100_100;

    /// <summary>The name as the archive has it; text of unknown origin, never a path to open.</summary>
    public required string Name { get; init; }

    /// <summary>The member's first header block; with a pax header that is the pax header's block.</summary>
    public required long HeaderOffset { get; init; }

    /// <summary>The data without padding; empty for links, folders and devices.</summary>
    public required ByteRange Data { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public double ModifiedTime { get; init; }

    /// <summary>Permission bits, without the kind of the file.</summary>
    public int Mode { get; init; } = DefaultMode;

    public long Uid { get; init; }

    public long Gid { get; init; }

    /// <summary>The type flag of the header; a letter unknown to the enumeration is kept.</summary>
    public TarEntryType Type { get; init; } = TarEntryType.RegularFile;

    /// <summary>What a link points to, as text.</summary>
    public string LinkName { get; init; } = "";

    /// <summary>Whether its name, size or link comes from a header that stands for all members behind it, and is lost when it is copied alone.</summary>
    public bool IsNamedGlobally { get; init; }

    /// <summary>Whether the archive ends inside the data, which then covers only what is there.</summary>
    public bool IsTruncated { get; init; }
}
