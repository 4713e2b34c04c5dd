using System.Buffers.Binary;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Damages a valid file in a way that its seed decides.</summary>
internal static class Mutation
{
    private const int MaxBlockBytes = 300;

    private static readonly uint[] Lengths = [0, 1, 7, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    public static byte[] Create(int seed, byte[][] files)
    {
        var random = new Random(seed);
        byte[] file = [.. files[random.Next(files.Length)]];
        for (int i = random.Next(1, 4); i > 0 && file.Length > 0; i--)
        {
            file = random.Next(6) switch
            {
                0 => file[..random.Next(file.Length + 1)],
                1 => FlipBits(file, random),
                2 => Splice(file, files[random.Next(files.Length)], random),
                3 => MoveBlock(file, random),
                4 => RepeatBlock(file, random),
                _ => OverwriteLengths(file, random),
            };
        }

        return file;
    }

    private static byte[] FlipBits(byte[] file, Random random)
    {
        for (int i = random.Next(1, 20); i > 0; i--)
        {
            file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
        }

        return file;
    }

    private static byte[] Splice(byte[] file, byte[] other, Random random) =>
        [.. file.AsSpan(0, random.Next(file.Length + 1)), .. other.AsSpan(random.Next(other.Length))];

    private static byte[] MoveBlock(byte[] file, Random random)
    {
        (int start, int end) = NextBlock(file, random);
        byte[] rest = [.. file.AsSpan(0, start), .. file.AsSpan(end)];
        int to = random.Next(rest.Length + 1);
        return [.. rest.AsSpan(0, to), .. file.AsSpan(start, end - start), .. rest.AsSpan(to)];
    }

    private static byte[] RepeatBlock(byte[] file, Random random)
    {
        (int start, int end) = NextBlock(file, random);
        IEnumerable<byte> repeated = Enumerable.Repeat(file[start..end], random.Next(1, 30)).SelectMany(block => block);
        return [.. file.AsSpan(0, start), .. repeated, .. file.AsSpan(start)];
    }

    /// <summary>Overwrites what looks like the length of an element: two or four bytes behind two capitals, or behind an item's tag.</summary>
    private static byte[] OverwriteLengths(byte[] file, Random random)
    {
        int from = random.Next(file.Length);
        for (int i = from, left = random.Next(1, 4); i + 12 < file.Length && left > 0; i++)
        {
            bool isItem = file.AsSpan(i, 3).SequenceEqual((ReadOnlySpan<byte>)[0xFE, 0xFF, 0x00]);
            bool isElement = char.IsAsciiLetterUpper((char)file[i + 4]) && char.IsAsciiLetterUpper((char)file[i + 5]);
            if (isItem || isElement)
            {
                uint length = Lengths[random.Next(Lengths.Length)];
                bool isShort = isElement && file[i + 6] != 0;
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(i + 6), (ushort)(isShort ? length : 0));
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(isItem ? i + 4 : isShort ? i + 6 : i + 8), length);
                left--;
            }
        }

        return file;
    }

    private static (int Start, int End) NextBlock(byte[] file, Random random)
    {
        int start = random.Next(file.Length);
        return (start, Math.Min(file.Length, start + random.Next(1, MaxBlockBytes)));
    }
}
