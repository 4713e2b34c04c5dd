using static CloudOptimizedDicom.Part10.TransferSyntaxFamily;

namespace CloudOptimizedDicom.Part10;

/// <summary>
/// How a data set and its pixel data are encoded (PS3.5 section 10 and annex A, the list in PS3.6 annex A). Immutable;
/// equal when the UIDs are.
/// </summary>
public sealed partial class TransferSyntax : IEquatable<TransferSyntax>
{
    private static readonly Dictionary<string, TransferSyntax> Known = CreateStandard().ToDictionary(s => s.Uid, StringComparer.Ordinal);

    private TransferSyntax(string uid, string name, TransferSyntaxFamily family)
    {
        Uid = uid;
        Name = name;
        Family = family;
    }

    /// <summary>Implicit VR Little Endian, the default of DICOM.</summary>
    public static TransferSyntax ImplicitVrLittleEndian { get; } = FromUid("1.2.840.10008.1.2");

    /// <summary>Explicit VR Little Endian.</summary>
    public static TransferSyntax ExplicitVrLittleEndian { get; } = FromUid("1.2.840.10008.1.2.1");

    /// <summary>Deflated Explicit VR Little Endian.</summary>
    public static TransferSyntax DeflatedExplicitVrLittleEndian { get; } = FromUid("1.2.840.10008.1.2.1.99");

    /// <summary>Explicit VR Big Endian, retired.</summary>
    public static TransferSyntax ExplicitVrBigEndian { get; } = FromUid("1.2.840.10008.1.2.2");

    /// <summary>The UID as it was given, without padding.</summary>
    public string Uid { get; }

    /// <summary>The standard's name; the UID when it has none.</summary>
    public string Name { get; }

    /// <summary>Whether the standard lists the UID, retired ones included. Of others only guesses are made.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>Whether elements carry their value representation.</summary>
    public bool IsExplicitVr { get; private init; } = true;

    /// <summary>Whether numbers have their high byte first.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>Whether everything behind the file meta information is one deflate stream (PS3.5 section A.5).</summary>
    public bool IsDeflated { get; private init; }

    /// <summary>
    /// Whether Pixel Data is a sequence of fragments (PS3.5 section A.4); <see langword="null"/> when the syntax is not
    /// known, and only the undefined length of the element tells.
    /// </summary>
    public bool? IsEncapsulated { get; private init; } = false;

    internal TransferSyntaxFamily Family { get; }

    /// <summary>Finds a transfer syntax.</summary>
    /// <param name="uid">The UID; spaces and NUL at its end do not count.</param>
    /// <returns>
    /// The standard's, or for an unknown or private UID one that is not <see cref="IsKnown"/> and is read as explicit VR
    /// little endian (PS3.5 section 10 requires a known one, but that is what nearly all private ones are).
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="uid"/> is <see langword="null"/>.</exception>
    public static TransferSyntax FromUid(string uid)
    {
        ArgumentNullException.ThrowIfNull(uid);
        uid = uid.TrimEnd(' ', '\0');
        return Known.TryGetValue(uid, out TransferSyntax? known)
            ? known
            : new TransferSyntax(uid, uid, Other) { IsKnown = false, IsEncapsulated = null };
    }

    /// <inheritdoc/>
    public bool Equals(TransferSyntax? other) => other is not null && Uid == other.Uid;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TransferSyntax);

    /// <inheritdoc/>
    public override int GetHashCode() => Uid.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name and the UID.</summary>
    /// <returns>Such as <c>RLE Lossless (1.2.840.10008.1.2.5)</c>.</returns>
    public override string ToString() => IsKnown ? $"{Name} ({Uid})" : Uid;
}
