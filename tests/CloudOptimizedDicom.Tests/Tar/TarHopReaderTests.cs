using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Tar;

namespace CloudOptimizedDicom.Tests.Tar;

public sealed class TarHopReaderTests
{
    private static readonly string[] GoldenCases =
    [
        .. Directory.GetDirectories(Repository.TestData("cod"))
            .Where(path => File.Exists(Path.Combine(path, "series.tar")))
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    [TestCaseSource(nameof(GoldenCases))]
    public async Task ReadAll_ArchiveOfPython_HasTheRecordedOffsets(string goldenCase)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("cod", goldenCase, "expected.json")));
        IReadOnlyList<TarMember> members = await TestArchive.ListAsync(GoldenArchive(goldenCase), continueBehindEnd: true);

        // Python packs a file before it refuses it, so that case has one member that its metadata does not name.
        Assert.That(members, Has.Count.EqualTo(expected.RootElement.GetProperty("instances").GetArrayLength() + (goldenCase.StartsWith("orphan", StringComparison.Ordinal) ? 1 : 0)));
        Assert.That(
            expected.RootElement.GetProperty("instances").EnumerateArray().Select(instance => (
                $"instances/{instance.GetProperty("uid").GetString()}.dcm",
                instance.GetProperty("start_byte").GetInt64(),
                instance.GetProperty("end_byte").GetInt64())),
            Is.SubsetOf(members.Select(member => (member.Name, member.Data.Offset, member.Data.End))));
    }

    [Test]
    public async Task ReadNext_ArchiveOfPython_HasTimeModeAndOwner()
    {
        IReadOnlyList<TarMember> members = await TestArchive.ListAsync(GoldenArchive("mtime_frac__v2"));
        Assert.That(members[0], Is.EqualTo(new TarMember
        {
            Name = "instances/1.2.826.0.1.3680043.8.498.7001.94.1.1.dcm",
            HeaderOffset = 0,
            Data = new ByteRange(1536, 654),
            ModifiedTime = 1700000000.1234567,
        }));
    }

    [Test]
    public async Task ReadAll_MemberBehindTheEnd_IsSeenOnlyWhenAskedFor()
    {
        byte[] archive = GoldenArchive("orphan_member__v2");
        using var reader = new TarHopReader(new TarBytes(archive));
        IReadOnlyList<TarMember> members = await reader.ReadAllAsync(CancellationToken.None);
        IReadOnlyList<TarMember> all = await TestArchive.ListAsync(archive, continueBehindEnd: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(members, Has.Count.LessThan(all.Count));
            Assert.That(all.Take(members.Count), Is.EqualTo(members));
            Assert.That(all[^1].Data, Is.EqualTo(new ByteRange(11776, 654)));
            Assert.That(reader.EndMarkerOffset, Is.EqualTo(members[^1].Data.End + TarBlock.PaddingBytes(members[^1].Data.Length)));
        }
    }

    [Test]
    public async Task EndMarkerOffset_ArchiveThatWasNotClosed_IsNull()
    {
        byte[] archive = GoldenArchive("ct5__v2");
        using var whole = new TarHopReader(new TarBytes(archive));
        IReadOnlyList<TarMember> members = await whole.ReadAllAsync(CancellationToken.None);
        using var open = new TarHopReader(new TarBytes(archive[..(int)whole.EndMarkerOffset!.Value]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await open.ReadAllAsync(CancellationToken.None), Is.EqualTo(members));
            Assert.That(open.EndMarkerOffset, Is.Null);
        }
    }

    [TestCase(TarEntryFormat.V7, 20)]
    [TestCase(TarEntryFormat.V7, 99)]
    [TestCase(TarEntryFormat.Ustar, 100)]
    [TestCase(TarEntryFormat.Ustar, 180)]
    [TestCase(TarEntryFormat.Pax, 99)]
    [TestCase(TarEntryFormat.Pax, 180)]
    [TestCase(TarEntryFormat.Gnu, 99)]
    [TestCase(TarEntryFormat.Gnu, 180)]
    public async Task ReadAll_ArchiveOfSystemFormatsTar_HasTheSameMembers(TarEntryFormat format, int nameLength)
    {
        string name = nameLength == 180 ? $"{new string('f', 90)}/{new string('n', 89)}" : new string('n', nameLength);
        byte[] data = Encoding.ASCII.GetBytes("some data");
        byte[] archive = WriteBySystemFormatsTar(format, name, data);
        IReadOnlyList<TarMember> members = await TestArchive.ListAsync(archive);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(members.Select(member => member.Name), Is.EqualTo(new[] { name, "folder/", "link" }));
            Assert.That(members.Select(member => member.Data.Length), Is.EqualTo(new[] { data.Length, 0, 0 }));
            Assert.That(archive.AsSpan((int)members[0].Data.Offset, data.Length).ToArray(), Is.EqualTo(data));
            Assert.That(members[0].Mode, Is.EqualTo((int)(UnixFileMode.UserRead | UnixFileMode.GroupExecute)));
            Assert.That((members[0].Uid, members[0].Gid), Is.EqualTo((1234, 56)));
            Assert.That(members[0].ModifiedTime, Is.EqualTo(1_600_000_000));
            Assert.That(members[1].Type, Is.EqualTo(TarEntryType.Directory));
            Assert.That(members[2].Type, Is.EqualTo(TarEntryType.SymbolicLink));
            Assert.That(members[2].LinkName, Is.EqualTo(format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? name : name[..20]));
        }
    }

    [Test]
    public async Task ReadAll_GlobalHeader_HoldsForAllThatFollow()
    {
        byte[] archive =
        [
            .. ExtendedHeader('g', "20 mtime=1234567890\n"u8.ToArray()), .. TarHeader.Create("a", 0), .. TarHeader.Create("b", 0),
        ];
        IReadOnlyList<TarMember> members = await TestArchive.ListAsync(archive);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(members.Select(member => member.ModifiedTime), Is.EqualTo(new[] { 1234567890d, 1234567890d }));
            Assert.That(members.Select(member => member.HeaderOffset), Is.EqualTo(new[] { 1024, 1536 }));
        }
    }

    [TestCase("80000000000000000000000A", 10)]
    [TestCase("303030303030303030313200", 10)]
    [TestCase("202020202020202020313220", 10)]
    [TestCase("000000000000000000000000", 0)]
    public async Task ReadNext_SizeInAnyForm_IsRead(string sizeField, long expected)
    {
        byte[] archive = [.. WithSize(Convert.FromHexString(sizeField)), .. new byte[512]];
        Assert.That((await TestArchive.ListAsync(archive))[0].Data.Length, Is.EqualTo(expected));
    }

    [TestCase("FFFFFFFFFFFFFFFFFFFFFFFF")]
    [TestCase("800000010000000000000000")]
    [TestCase("80000000FFFFFFFFFFFFFFFF")]
    [TestCase("303030303030303030393900")]
    public void ReadNext_SizeThatIsNone_Throws(string sizeField) =>
        Assert.That(() => TestArchive.ListAsync(WithSize(Convert.FromHexString(sizeField))), Throws.InstanceOf<TarFormatException>());

    [Test]
    public async Task ReadNext_SignedChecksum_IsAccepted()
    {
        byte[] header = TarHeader.Create("n", 0);
        header[0] = 0xE9;
        Encoding.ASCII.GetBytes(Convert.ToString(TarBlock.Checksum(header) - 256, 8).PadLeft(6, '0')).CopyTo(header, TarBlock.ChecksumOffset);
        Assert.That(await TestArchive.ListAsync(header), Has.Count.EqualTo(1));
        header[1]++;
        Assert.That(() => TestArchive.ListAsync(header), Throws.InstanceOf<TarFormatException>());
    }

    [TestCase("9 path=\n")]
    [TestCase("99 path=abc\n")]
    [TestCase("11 path=abcd")]
    [TestCase("-1 path=abc\n")]
    [TestCase("99999999999999999999 path=abc\n")]
    [TestCase("0 path=abc\n")]
    [TestCase("8 =path\n")]
    [TestCase("7 path\n")]
    [TestCase("14 size=tenten\n")]
    [TestCase("11 size=-1\n")]
    [TestCase("28 size=9223372036854775808\n")]
    [TestCase("13 mtime=nan\n")]
    public void ReadNext_PaxNonsense_ThrowsWithItsOffset(string record)
    {
        byte[] archive = [.. TarHeader.Create("first", 0), .. ExtendedHeader('x', Encoding.ASCII.GetBytes(record)), .. TarHeader.Create("a", 0)];
        Assert.That(
            () => TestArchive.ListAsync(archive),
            Throws.InstanceOf<TarFormatException>().With.Property(nameof(TarFormatException.Offset)).GreaterThanOrEqualTo(512));
    }

    [Test]
    public async Task ReadNext_PaxSizeOfAllThereIs_IsATruncatedMember()
    {
        byte[] archive = [.. ExtendedHeader('x', "28 size=9223372036854775807\n"u8.ToArray()), .. TarHeader.Create("a", 0)];
        TarMember member = (await TestArchive.ListAsync(archive)).Single();
        Assert.That((member.IsTruncated, member.Data), Is.EqualTo((true, new ByteRange(1536, 0))));
    }

    [Test]
    public void ReadNext_NameLongerThanTheLimit_Throws([Values('x', 'L')] char type)
    {
        string name = new('n', TarHeader.MaxNameBytes + 1);
        byte[] data = Encoding.ASCII.GetBytes(type == 'L' ? name : $"4108 path={name}\n");
        Assert.That(() => TestArchive.ListAsync([.. ExtendedHeader(type, data), .. TarHeader.Create("a", 0)]), Throws.InstanceOf<TarFormatException>());
    }

    [Test]
    public void ReadNext_ExtendedHeaderLongerThanTheLimit_IsNotRead()
    {
        byte[] header = ExtendedHeader('x', [], sizeBytes: (1 << 20) + 1);
        Assert.That(
            () => TestArchive.ListAsync([.. header, .. new byte[2 << 20]]),
            Throws.InstanceOf<TarFormatException>().With.Property(nameof(TarFormatException.Reason)).Contains("1048577 bytes"));
    }

    [Test]
    public async Task ReadNext_DataCutByTheEnd_IsATruncatedMember()
    {
        byte[] archive = GoldenArchive("ct5__v2");
        TarMember last = (await TestArchive.ListAsync(archive))[^1];
        TarMember cut = (await TestArchive.ListAsync(archive[..(int)(last.Data.Offset + 100)]))[^1];
        Assert.That(cut, Is.EqualTo(last with { Data = new ByteRange(last.Data.Offset, 100), IsTruncated = true }));
    }

    [Test]
    public async Task ReadNext_AfterDamage_IsAtTheEnd()
    {
        byte[] archive = [.. TarHeader.Create("a", 0), .. new byte[] { 1 }, .. new byte[511]];
        using var reader = new TarHopReader(new TarBytes(archive));
        Assert.That((await reader.ReadNextAsync(CancellationToken.None))?.Name, Is.EqualTo("a"));
        Assert.That(async () => await reader.ReadNextAsync(CancellationToken.None), Throws.InstanceOf<TarFormatException>());
        Assert.That(await reader.ReadNextAsync(CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task ReadAll_SmallMembers_NeedsFewerReadsThanMembers()
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        foreach (int i in Enumerable.Range(0, 1000))
        {
            writer.WriteMember($"instances/{i}.dcm", new byte[600], 0);
        }

        var source = new TarBytes(archive.Bytes);
        using var reader = new TarHopReader(source);
        Assert.That(await reader.ReadAllAsync(CancellationToken.None), Has.Count.EqualTo(1000));
        Assert.That(source.Reads, Is.LessThan(60));
    }

    [Test]
    public async Task ReadAll_MutatedArchives_GiveMembersInsideTheFileOrAFormatError()
    {
        var random = new Random(20);
        byte[][] archives =
        [
            GoldenArchive("orphan_member__v2"), GoldenArchive("ct5_hashed_longpath__v2"),
            WriteBySystemFormatsTar(TarEntryFormat.Gnu, new string('n', 300), [1, 2, 3]),
        ];
        int errors = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] archive = Mutate(archives[i % archives.Length], random);
            try
            {
                IReadOnlyList<TarMember> members = await TestArchive.ListAsync(archive, continueBehindEnd: i % 2 == 0);
                Assert.That(members.Where(member => member.Data.End > archive.Length), Is.Empty);
            }
            catch (TarFormatException)
            {
                errors++;
            }
        }

        Assert.That(errors, Is.InRange(200, 1900));
    }

    private static byte[] GoldenArchive(string goldenCase) => File.ReadAllBytes(Repository.TestData("cod", goldenCase, "series.tar"));

    private static byte[] WriteBySystemFormatsTar(TarEntryFormat format, string name, byte[] data)
    {
        TarEntryType fileType = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
        TarEntry[] entries = [Entry(fileType, name), Entry(TarEntryType.Directory, "folder/"), Entry(TarEntryType.SymbolicLink, "link")];
        entries[0].DataStream = new MemoryStream(data);
        entries[2].LinkName = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? name : name[..20];
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, format, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                entry.Mode = UnixFileMode.UserRead | UnixFileMode.GroupExecute;
                (entry.Uid, entry.Gid) = (1234, 56);
                entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();

        TarEntry Entry(TarEntryType type, string entryName) => format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, entryName),
            TarEntryFormat.Ustar => new UstarTarEntry(type, entryName),
            TarEntryFormat.Gnu => new GnuTarEntry(type, entryName),
            _ => new PaxTarEntry(type, entryName),
        };
    }

    private static byte[] ExtendedHeader(char type, byte[] data, int? sizeBytes = null)
    {
        byte[] header = TarHeader.Create("extended", sizeBytes ?? data.Length);
        header[156] = (byte)type;
        return [.. WithChecksum(header), .. data, .. new byte[TarBlock.PaddingBytes(data.Length)]];
    }

    private static byte[] WithSize(byte[] sizeField)
    {
        byte[] header = TarHeader.Create("n", 0);
        sizeField.CopyTo(header, 124);
        return WithChecksum(header);
    }

    private static byte[] WithChecksum(byte[] header)
    {
        Encoding.ASCII.GetBytes(Convert.ToString(TarBlock.Checksum(header), 8).PadLeft(6, '0')).CopyTo(header, TarBlock.ChecksumOffset);
        return header;
    }

    // Most mutations hit a header, and half of those get a good checksum, or all would end there.
    private static byte[] Mutate(byte[] source, Random random)
    {
        byte[] archive = source[..(random.Next(10) == 0 ? random.Next(source.Length) : source.Length)];
        for (int count = random.Next(1, 4); count > 0 && archive.Length >= 1536; count--)
        {
            int block = random.Next(4) > 0 ? random.Next(3) * 512 : random.Next(archive.Length / 512) * 512;
            archive[block + random.Next(512)] = (byte)random.Next(256);
            archive[block + random.Next(100, 160)] ^= (byte)(1 << random.Next(8));
            if (random.Next(2) == 0)
            {
                WithChecksum(archive[block..(block + 512)]).CopyTo(archive, block);
            }
        }

        return archive;
    }
}
