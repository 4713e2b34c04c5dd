using System.Formats.Tar;
using System.Text;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Archives as any program may write them: members of every kind and format around some instances, then damaged; by seed.</summary>
internal sealed class RandomArchive(int seed)
{
    private static readonly TarEntryFormat[] Formats = [TarEntryFormat.Pax, TarEntryFormat.Gnu, TarEntryFormat.Ustar, TarEntryFormat.V7];

    private static readonly string[] Names =
    [
        "instances/", "./instances/", "a/", "./", "notes.txt", "./notes.txt", "a//b", "../up", "instances", "a/b", "damaged/1.bin", "\u00e4\u65e5.txt",
        new string('n', 90), "deep/" + new string('x', 60) + "/" + new string('y', 30),
    ];

    private readonly Random _random = new(seed);
    private readonly List<string> _done = [];

    /// <summary>What is in it and what was done to it, for messages.</summary>
    public string Description => string.Join("; ", _done);

    /// <summary>Makes one.</summary>
    /// <param name="instances">Names and bytes of what is among its members; some twice.</param>
    public byte[] Create(IReadOnlyList<(string Name, byte[] Bytes)> instances)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in instances)
            {
                AddOthers(writer);
                Add(writer, NewEntry(TarEntryType.RegularFile, _random.Next(4) == 0 ? "./" + name : name), bytes);
                if (_random.Next(5) == 0)
                {
                    Add(writer, NewEntry(TarEntryType.RegularFile, _random.Next(2) == 0 ? name : "copy.dcm"), bytes);
                }
            }

            AddOthers(writer);
        }

        return Damage(archive.ToArray());
    }

    private void AddOthers(TarWriter writer)
    {
        for (int count = _random.Next(3); count > 0; count--)
        {
            string name = Names[_random.Next(Names.Length)];
            TarEntryType type = _random.Next(7) switch
            {
                0 => TarEntryType.SymbolicLink,
                1 => TarEntryType.HardLink,
                _ when name.EndsWith('/') => TarEntryType.Directory,
                _ => TarEntryType.RegularFile,
            };
            if (_random.Next(8) == 0)
            {
                string key = _random.Next(2) == 0 ? "comment" : "path";
                _done.Add($"global {key}");
                writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { [key] = "from/all" }));
            }

            Add(writer, NewEntry(type, name), type == TarEntryType.RegularFile ? Encoding.UTF8.GetBytes(new string('t', _random.Next(3) * 700)) : null);
        }
    }

    private TarEntry NewEntry(TarEntryType type, string name)
    {
        TarEntryFormat format = Formats[_random.Next(Formats.Length)];
        format = Encoding.UTF8.GetByteCount(name) > 80 && format is TarEntryFormat.Ustar or TarEntryFormat.V7 ? TarEntryFormat.Gnu : format;
        TarEntry entry = format switch
        {
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            _ => new V7TarEntry(type == TarEntryType.RegularFile ? TarEntryType.V7RegularFile : type, name),
        };
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "notes.txt";
        }

        return entry;
    }

    private void Add(TarWriter writer, TarEntry entry, byte[]? bytes)
    {
        _done.Add($"{entry.Format} {entry.EntryType} {(entry.Name.Length > 40 ? entry.Name.Length : entry.Name)}");
        if (bytes is not null)
        {
            entry.DataStream = new MemoryStream(bytes);
        }

        writer.WriteEntry(entry);
    }

    private byte[] Damage(byte[] archive)
    {
        for (int count = _random.Next(3); count > 0; count--)
        {
            int block = _random.Next(archive.Length / 512) * 512;
            switch (_random.Next(6))
            {
                case 0:
                    _done.Add("no name");
                    ClearName(archive);
                    break;
                case 1:
                    _done.Add($"a bit of the block at {block}");
                    archive[block + _random.Next(512)] ^= 4;
                    break;
                case 2:
                    _done.Add($"zeros at {block}");
                    archive.AsSpan(block, 512).Clear();
                    break;
                case 3:
                    _done.Add($"zeros put in at {block}");
                    archive = [.. archive[..block], .. new byte[1024], .. archive[block..]];
                    break;
                case 4:
                    _done.Add($"cut at {block + 100}");
                    archive = archive[..(block + 100)];
                    break;
                default:
                    _done.Add("itself behind its end");
                    archive = [.. archive, .. archive.AsSpan(block)];
                    break;
            }
        }

        return archive;
    }

    /// <summary>Takes the name out of the first header, with its checksum put right.</summary>
    private static void ClearName(byte[] archive)
    {
        Span<byte> header = archive.AsSpan(0, 512);
        header[..100].Clear();
        header.Slice(345, 155).Clear();
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
    }
}
