using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace CloudOptimizedDicom;

/// <summary>
/// The CRC-32C checksum (Castagnoli, RFC 3720 section 12.1) that Cloud Storage keeps of every object. A value of this type
/// accumulates bytes; <see langword="default"/> has seen none. Copies go on independently. Not thread-safe.
/// </summary>
public struct Crc32c
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    // The instruction answers after three cycles but can start in each, so three lanes keep it busy. Below 3 x 1 KiB the
    // two multiplications that join the lanes cost more than they save; above 64 KiB larger lanes win nothing.
    private const int MinLaneBytes = 1 << 10;
    private const int MaxLaneBytes = 1 << 16;

    // x^(2^i) modulo the polynomial; the largest power needed is 8 x 2^62 bits.
    private static readonly uint[] PowersOfX = ComputePowersOfX(66);

    /// <summary>The checksum of the bytes so far; 0 when there were none.</summary>
    public uint Value { readonly get; private set; }

    /// <summary>The checksum of a run of bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <returns>The checksum; 0 for no bytes.</returns>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = default(Crc32c);
        crc.Append(data);
        return crc.Value;
    }

    /// <summary>The checksum of two runs of bytes, one behind the other, from the checksums of each.</summary>
    /// <param name="first">The checksum of the first run.</param>
    /// <param name="second">The checksum of the second run.</param>
    /// <param name="secondLengthBytes">Length of the second run, 0 or more.</param>
    /// <returns>The checksum of both. Takes time in the logarithm of the length.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static uint Combine(uint first, uint second, long secondLengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLengthBytes);
        for (int bit = 0; secondLengthBytes >> bit != 0; bit++)
        {
            if ((secondLengthBytes >> bit & 1) != 0)
            {
                first = Multiply(first, PowersOfX[bit + 3]);
            }
        }

        return first ^ second;
    }

    /// <summary>A checksum as Cloud Storage writes it: base64 of its four bytes, the most significant first.</summary>
    /// <param name="value">The checksum.</param>
    /// <returns>Eight characters, such as <c>4waSgw==</c>.</returns>
    public static string ToBase64(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Reads what <see cref="ToBase64"/> writes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The checksum, when the result is <see langword="true"/>.</param>
    /// <returns>Whether the text is base64 of four bytes.</returns>
    public static bool TryParseBase64([NotNullWhen(true)] string? text, out uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bool valid = text is { Length: 8 } && Convert.TryFromBase64String(text, bytes, out int written) && written == bytes.Length;
        value = valid ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return valid;
    }

    /// <summary>Adds bytes behind those seen so far.</summary>
    /// <param name="data">The bytes.</param>
    public void Append(ReadOnlySpan<byte> data)
    {
        uint state = ~Value;
        while (data.Length >= 3 * MinLaneBytes)
        {
            int laneBytes = Math.Min(1 << BitOperations.Log2((uint)data.Length / 3), MaxLaneBytes);
            state = UpdateInLanes(state, data[..(3 * laneBytes)], laneBytes);
            data = data[(3 * laneBytes)..];
        }

        Value = ~UpdateInSequence(state, data);
    }

    private static uint UpdateInLanes(uint state, ReadOnlySpan<byte> data, int laneBytes)
    {
        ReadOnlySpan<ulong> first = MemoryMarshal.Cast<byte, ulong>(data[..laneBytes]);
        ReadOnlySpan<ulong> second = MemoryMarshal.Cast<byte, ulong>(data.Slice(laneBytes, laneBytes))[..first.Length];
        ReadOnlySpan<ulong> third = MemoryMarshal.Cast<byte, ulong>(data.Slice(2 * laneBytes, laneBytes))[..first.Length];
        uint secondState = 0;
        uint thirdState = 0;
        for (int i = 0; i < first.Length; i++)
        {
            state = BitOperations.Crc32C(state, LittleEndian(first[i]));
            secondState = BitOperations.Crc32C(secondState, LittleEndian(second[i]));
            thirdState = BitOperations.Crc32C(thirdState, LittleEndian(third[i]));
        }

        uint shiftByLane = PowersOfX[BitOperations.Log2((uint)laneBytes) + 3];
        return Multiply(Multiply(state, shiftByLane) ^ secondState, shiftByLane) ^ thirdState;
    }

    private static uint UpdateInSequence(uint state, ReadOnlySpan<byte> data)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            state = BitOperations.Crc32C(state, LittleEndian(word));
        }

        foreach (byte tail in data[(data.Length & ~7)..])
        {
            state = BitOperations.Crc32C(state, tail);
        }

        return state;
    }

    // The checksum runs over bytes in order, so a word's first byte must be its lowest on every machine.
    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    // The product of two polynomials over GF(2), reduced; the highest bit is the coefficient of x^0. Without branches,
    // because the bits of a checksum cannot be predicted.
    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (int bit = 31; bit >= 0; bit--)
        {
            product ^= right & (0u - (left >> bit & 1));
            right = (right >> 1) ^ (ReflectedPolynomial & (0u - (right & 1)));
        }

        return product;
    }

    private static uint[] ComputePowersOfX(int count)
    {
        uint[] powers = new uint[count];
        powers[0] = 1u << 30;
        for (int i = 1; i < count; i++)
        {
            powers[i] = Multiply(powers[i - 1], powers[i - 1]);
        }

        return powers;
    }
}
