namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>One generation of an object, without its bytes. Immutable.</summary>
public sealed record GcsObject
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The name in the bucket.</summary>
    public required string Name { get; init; }

    /// <summary>Tells these bytes from all others that any name had before; grows with every write in the whole emulator.</summary>
    public required long Generation { get; init; }

    /// <summary>1, and one more with every change of the attributes.</summary>
    public required long Metageneration { get; init; }

    /// <summary>Bytes as stored.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>CRC-32C of the bytes as stored.</summary>
    public required uint Crc32c { get; init; }

    /// <summary>MD5 of the bytes as stored, in base64.</summary>
    public required string Md5Hash { get; init; }

    /// <summary>What the writer said of it.</summary>
    public required GcsObjectAttributes Attributes { get; init; }

    /// <summary>When this generation was made.</summary>
    public required DateTimeOffset TimeCreated { get; init; }

    /// <summary>When its attributes were last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Tells generation and metageneration from all others.</summary>
    public string ETag
    {
        get
        {
            // As Cloud Storage does: a protocol buffer of the two numbers.
            Span<byte> bytes = stackalloc byte[22];
            int length = WriteField(bytes, 1, Generation);
            length += WriteField(bytes[length..], 2, Metageneration);
            return Convert.ToBase64String(bytes[..length]);
        }
    }

    private static int WriteField(Span<byte> target, int field, long value)
    {
        target[0] = (byte)(field << 3);
        int length = 1;
        for (ulong rest = (ulong)value; ; rest >>= 7)
        {
            target[length++] = (byte)(rest > 127 ? rest & 127 | 128 : rest);
            if (rest <= 127)
            {
                return length;
            }
        }
    }
}
