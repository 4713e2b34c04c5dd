using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace CloudOptimizedDicom;

/// <summary>
/// Makes UIDs that hide others: always the same one for the same UID and key, and without the key nobody can tell which one,
/// or try out UIDs until one fits. Immutable and thread-safe; give <see cref="Hash"/> as <see cref="Instance.UidHasher"/>.
/// </summary>
/// <remarks>
/// So that other programs can do the same: let H be the 32 bytes of HMAC-SHA-256 (RFC 2104) of the UID's characters in UTF-8,
/// which for a UID is ASCII, without padding. Under the root 2.25 the result is "2.25." and the first 16 bytes of H, read as one unsigned big-endian
/// number, in decimal. Under another root R of length n it is R, a dot, and all of H, read in the same way, modulo
/// 10^(63 − n), in decimal. Neither has leading zeros. With the key of 16 bytes 00 01 … 0f, the UID 1.2.3 becomes
/// 2.25.3603385346369989877918645347678637500, and under the root 1.2.826.0.1.3680043.8.498
/// 1.2.826.0.1.3680043.8.498.81392635761946865960356337717212397637.
/// </remarks>
public sealed class KeyedUidHasher
{
    /// <summary>The root of UIDs that are made of 128 bits (PS3.5 annex B.2).</summary>
    public const string DefaultRoot = "2.25";

    /// <summary>The shortest key, in bytes.</summary>
    public const int MinKeyBytes = 16;

    /// <summary>The longest root, in characters; it leaves 24 digits, so that two UIDs never meet in practice.</summary>
    public const int MaxRootLength = 39;

    private const int NumberBytes = 16;

    private readonly byte[] _key;
    private readonly string _root;

    /// <summary>Creates a hasher.</summary>
    /// <param name="key">The secret, <see cref="MinKeyBytes"/> or more bytes; copied.</param>
    /// <param name="root">What all UIDs begin with, without a dot at its end.</param>
    /// <exception cref="ArgumentException">The key is too short, or the root is no UID or too long.</exception>
    public KeyedUidHasher(ReadOnlySpan<byte> key, string root = DefaultRoot)
    {
        if (key.Length < MinKeyBytes)
        {
            throw new ArgumentException($"A key has {MinKeyBytes} or more bytes, not {key.Length}.", nameof(key));
        }

        if (!DicomUid.IsValid(root) || root.Length > MaxRootLength)
        {
            throw new ArgumentException($"\"{root}\" is no UID of up to {MaxRootLength} characters.", nameof(root));
        }

        _key = key.ToArray();
        _root = root;
    }

    /// <summary>Hides a UID.</summary>
    /// <param name="uid">The UID as it is in the file.</param>
    /// <returns>A valid UID of up to 64 characters.</returns>
    public string Hash(string uid)
    {
        ArgumentNullException.ThrowIfNull(uid);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(uid), hash);
        BigInteger number = _root == DefaultRoot
            ? new BigInteger(hash[..NumberBytes], isUnsigned: true, isBigEndian: true)
            : new BigInteger(hash, isUnsigned: true, isBigEndian: true) % BigInteger.Pow(10, DicomUid.MaxLength - 1 - _root.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{_root}.{number}");
    }
}
