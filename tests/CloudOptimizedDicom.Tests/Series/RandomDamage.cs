namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Ways in which the objects of a series may be damaged, by seed.</summary>
internal sealed class RandomDamage
{
    private readonly Random _random;
    private readonly List<string> _done = [];

    public RandomDamage(int seed) => _random = new Random(seed);

    /// <summary>What was done, for messages.</summary>
    public string Description => string.Join("; ", _done);

    /// <summary>Whether the store still says that its files are what was uploaded.</summary>
    public bool KeepsTime { get; private set; }

    /// <summary>Whether the metadata was touched.</summary>
    public bool IsOfMetadata { get; private set; }

    /// <summary>Whether the archive was touched.</summary>
    public bool IsOfArchive { get; private set; }

    /// <summary>Whether the side file was touched.</summary>
    public bool IsOfSideFile { get; private set; }

    /// <summary>Damages one to three objects.</summary>
    /// <param name="objects">Names of the objects: archive, index, metadata, then any others.</param>
    /// <param name="foreign">The same objects of another series.</param>
    /// <param name="edit">Replaces an object, which is gone where the bytes are null; whether its time stays, where it has one.</param>
    public async Task ApplyAsync(string[] objects, byte[][] foreign, Func<string, Func<byte[], byte[]?>, bool, Task> edit)
    {
        KeepsTime = _random.Next(4) > 0;
        int count = _random.Next(10) switch { < 6 => 1, < 9 => 2, _ => 3 };
        foreach (int number in Enumerable.Range(0, objects.Length).OrderBy(_ => _random.Next()).Take(count))
        {
            IsOfArchive |= number == 0;
            IsOfMetadata |= number == 2;
            IsOfSideFile |= number == 3;
            (string what, Func<byte[], byte[]?> change) = Choose(number < foreign.Length ? foreign[number] : []);
            _done.Add($"{what} in {Path.GetFileName(objects[number])}{(KeepsTime ? "" : " at another time")}");
            await edit(objects[number], bytes => bytes.Length == 0 ? bytes : change(bytes), KeepsTime);
        }
    }

    private (string What, Func<byte[], byte[]?> Change) Choose(byte[] foreign) => _random.Next(12) switch
    {
        < 5 => ("bits flipped", FlipBits),
        < 7 => ("cut", bytes => bytes[.._random.Next(bytes.Length)]),
        < 9 => ("blocks swapped", SwapBlocks),
        9 => ("zeroed", ZeroBlock),
        10 => ("lost", _ => null),
        _ => ("of another series", bytes => foreign.Length > 0 ? foreign : FlipBits(bytes)),
    };

    private byte[] FlipBits(byte[] bytes)
    {
        for (int flips = _random.Next(3) == 0 ? 5 : 1; flips > 0; flips--)
        {
            bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return bytes;
    }

    private byte[] SwapBlocks(byte[] bytes)
    {
        int block = Math.Min(512 << _random.Next(4), bytes.Length / 2);
        int first = _random.Next(bytes.Length / block) * block;
        int second = _random.Next(bytes.Length / block) * block;
        byte[] kept = bytes[first..(first + block)];
        bytes.AsSpan(second, block).CopyTo(bytes.AsSpan(first));
        kept.CopyTo(bytes, second);
        return bytes;
    }

    private byte[] ZeroBlock(byte[] bytes)
    {
        int first = _random.Next(bytes.Length) / 512 * 512;
        Array.Clear(bytes, first, Math.Min(512 << _random.Next(4), bytes.Length - first));
        return bytes;
    }
}
