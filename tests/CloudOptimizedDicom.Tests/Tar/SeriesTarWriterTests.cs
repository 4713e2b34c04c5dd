using System.Diagnostics;
using System.Formats.Tar;
using CloudOptimizedDicom.Tar;
using FsCheck;
using FsCheck.Fluent;

namespace CloudOptimizedDicom.Tests.Tar;

public sealed class SeriesTarWriterTests
{
    private const string Name = "instances/1.2.3.dcm";
    private const long EightGiB = 1L << 33;

    private static readonly string LongName = $"instances/{new string('7', 91)}.dcm";

    private static readonly string[] Names = [Name, LongName[1..], LongName, "instances/größe.dcm", $"instances/{new string('é', 400)}.dcm"];

    [Test]
    public void Finish_WithoutMembers_IsOneRecordOfZeros()
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(writer.Finish(), Is.EqualTo(10240));
            Assert.That(archive.Bytes, Is.EqualTo(new byte[10240]));
            Assert.That(writer.Crc32c, Is.EqualTo(Crc32c.Compute(new byte[10240])));
        }
    }

    [Test]
    public void WriteMember_ShortName_IsOneUstarHeader()
    {
        using var archive = new TestArchive();
        Write(new SeriesTarWriter(archive.Handle), Name, [1, 2, 3]);
        byte[] bytes = archive.Bytes;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bytes, Has.Length.EqualTo(1024));
            Assert.That(bytes[100..156], Is.EqualTo("0000644\00000000\00000000\000000000003\000000000000\0011053\0 "u8.ToArray()));
            Assert.That(bytes[156..265], Is.EqualTo((byte[])[.. "0"u8, .. new byte[100], .. "ustar\0"u8, .. "00"u8]));
            Assert.That(bytes[265..512], Is.All.Zero);
        }
    }

    [Test]
    public async Task WriteMember_AnyName_IsReadBySystemFormatsTarAndHopReader([ValueSource(nameof(Names))] string name, [Values(0, 1, 511, 512, 1024, 1025)] int sizeBytes)
    {
        byte[] data = RandomBytes(sizeBytes);
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        TarMember[] written = [Write(writer, name, data), Write(writer, Name, [9])];
        writer.Finish();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReadAll(archive.Bytes).Select(entry => entry.Name), Is.EqualTo(new[] { name, Name }));
            Assert.That(ReadAll(archive.Bytes)[0].Data, Is.EqualTo(data));
            Assert.That(await archive.ListAsync(), Is.EqualTo(written));
            Assert.That(written[0].Data.Offset, Is.EqualTo(SeriesTarWriter.HeaderBytes(name, sizeBytes)));
            Assert.That(writer.Crc32c, Is.EqualTo(Crc32c.Compute(archive.Bytes)));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public Property Finish_AnyMembers_AreReadWithTheirNamesBytesAndOffsets() => Prop.ForAll(
        Members(),
        members =>
        {
            using var archive = new TestArchive();
            var writer = new SeriesTarWriter(archive.Handle);
            List<TarMember> written = [.. members.Select(member => Write(writer, member.Name, member.Data))];
            writer.Finish();
            byte[] bytes = archive.Bytes;
            List<(string Name, byte[] Data)> read = ReadAll(bytes);
            return read.Select(entry => entry.Name).SequenceEqual(members.Select(member => member.Name))
                && read.Zip(members, (entry, member) => entry.Data.AsSpan().SequenceEqual(member.Data)).All(same => same)
                && TestArchive.ListAsync(bytes).Result.SequenceEqual(written)
                && writer.Position == bytes.Length
                && writer.Crc32c == Crc32c.Compute(bytes);
        });

    [Test]
    public async Task WriteMemberAsync_ByStream_IsTheSameArchiveAsFromMemory([Values(0, 512, 100_000)] int sizeBytes)
    {
        byte[] data = RandomBytes(sizeBytes);
        using var fromMemory = new TestArchive();
        using var streamed = new TestArchive();
        var memoryWriter = new SeriesTarWriter(fromMemory.Handle);
        var streamWriter = new SeriesTarWriter(streamed.Handle);
        TarMember expected = Write(memoryWriter, Name, data);
        TarMember member = await streamWriter.WriteMemberAsync(Name, sizeBytes, (stream, token) => CopyInPieces(data, stream, token), CancellationToken.None);
        memoryWriter.Finish();
        streamWriter.Finish();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(member, Is.EqualTo(expected));
            Assert.That(streamed.Bytes, Is.EqualTo(fromMemory.Bytes));
            Assert.That(streamWriter.Crc32c, Is.EqualTo(memoryWriter.Crc32c));
        }
    }

    [Test]
    public async Task WriteMemberAsync_WrongNumberOfBytes_TakesTheMemberBack([Values(1999, 2001)] int cameBytes)
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        Write(writer, Name, [1]);
        byte[] before = archive.Bytes;
        uint crc32cBefore = writer.Crc32c;
        await Assert.ThatAsync(
            () => writer.WriteMemberAsync("instances/4.dcm", 2000, (stream, token) => CopyInPieces(RandomBytes(cameBytes), stream, token), CancellationToken.None),
            Throws.InstanceOf<IOException>());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(archive.Bytes, Is.EqualTo(before));
            Assert.That(writer.Crc32c, Is.EqualTo(crc32cBefore));
            Assert.That(() => Write(writer, "instances/5.dcm", [1]), Throws.Nothing);
        }
    }

    [Test]
    public async Task WriteMemberAsync_SourceThrows_LeavesTheOthers()
    {
        using var archive = new TestArchive();
        using var expected = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        var goodOnly = new SeriesTarWriter(expected.Handle);
        Write(writer, Name, [1]);
        await Assert.ThatAsync(
            () => writer.WriteMemberAsync("instances/bad.dcm", 100_000, CopyThenFail, CancellationToken.None),
            Throws.InstanceOf<NotSupportedException>());
        Write(writer, "instances/3.dcm", [3]);
        writer.Finish();
        Write(goodOnly, Name, [1]);
        Write(goodOnly, "instances/3.dcm", [3]);
        goodOnly.Finish();
        Assert.That(archive.Bytes, Is.EqualTo(expected.Bytes));
    }

    [Test]
    public async Task WriteMemberAsync_StreamKeptBehindTheEnd_TakesNoMoreBytes()
    {
        using var archive = new TestArchive();
        Stream? kept = null;
        await new SeriesTarWriter(archive.Handle).WriteMemberAsync(Name, 0, (stream, _) => Task.FromResult((kept = stream) is null ? 1u : 0u), CancellationToken.None);
        Assert.That(() => kept!.WriteByte(1), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task WriteMember_WhileAnotherIsWritten_Throws()
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        await writer.WriteMemberAsync(
            Name,
            0,
            (_, _) =>
            {
                Assert.That(() => Write(writer, "instances/2.dcm", []), Throws.InvalidOperationException);
                Assert.That(writer.Finish, Throws.InvalidOperationException);
                return Task.FromResult(0u);
            },
            CancellationToken.None);
    }

    [Test]
    public void WriteMember_AfterFinish_Throws()
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        writer.Finish();
        Assert.That(() => Write(writer, Name, []), Throws.InvalidOperationException);
    }

    [TestCase("")]
    [TestCase("a\0b")]
    public void WriteMember_NameThatNoArchiveCanHold_Throws(string name)
    {
        using var archive = new TestArchive();
        Assert.That(() => Write(new SeriesTarWriter(archive.Handle), name, []), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void WriteMember_NameWithHalfASurrogatePair_Throws()
    {
        using var archive = new TestArchive();
        Assert.That(() => Write(new SeriesTarWriter(archive.Handle), "half a pair \uD800", []), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public async Task Constructor_EndOfGoldenArchive_AppendsBehindTheSameBytes()
    {
        byte[] golden = File.ReadAllBytes(Repository.TestData("cod", "append_twice__v2", "series.tar"));
        using var archive = new TestArchive(golden);
        IReadOnlyList<TarMember> before = await archive.ListAsync();
        TarMember last = before[^1];
        int end = (int)(last.Data.End + TarBlock.PaddingBytes(last.Data.Length));
        var writer = new SeriesTarWriter(archive.Handle, end, Crc32c.Compute(golden.AsSpan(0, end)));
        TarMember appended = Write(writer, Name, [1, 2, 3]);
        writer.Finish();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(archive.Bytes[..end], Is.EqualTo(golden[..end]));
            Assert.That(await archive.ListAsync(), Is.EqualTo(before.Append(appended)));
            Assert.That(ReadAll(archive.Bytes).Select(entry => entry.Name), Is.EqualTo(before.Append(appended).Select(member => member.Name)));
            Assert.That(writer.Crc32c, Is.EqualTo(Crc32c.Compute(archive.Bytes)));
        }
    }

    [Test]
    public void Finish_ShorterThanWhatWasThere_CutsTheRestOff()
    {
        using var archive = new TestArchive(RandomBytes(50_000));
        var writer = new SeriesTarWriter(archive.Handle);
        Write(writer, Name, [1]);
        Assert.That(archive.Bytes, Has.Length.EqualTo(50_000));
        Assert.That(writer.Finish(), Is.EqualTo(10240));
        Assert.That(archive.Bytes, Has.Length.EqualTo(10240));
    }

    [Test]
    public void Finish_AnyMembers_AreListedByTheTarProgram()
    {
        using var archive = new TestArchive();
        var writer = new SeriesTarWriter(archive.Handle);
        Write(writer, Name, [1, 2, 3]);
        Write(writer, LongName, new byte[512]);
        writer.Finish();
        Assert.That(
            RunTar("--numeric-owner", "-tvf", archive.Path),
            Is.EqualTo(new[] { $"-rw-r--r-- 0/0               3 1970-01-01 00:00 {Name}", $"-rw-r--r-- 0/0             512 1970-01-01 00:00 {LongName}" }));
    }

    [Test]
    public async Task HeaderBytes_FromEightGiBOn_HasThePaxSizeThatEverybodyReads([Values(EightGiB - 1, EightGiB, 3 * EightGiB + 5)] long sizeBytes)
    {
        using var archive = new TestArchive();
        byte[] header = TarHeader.Create(Name, sizeBytes);
        RandomAccess.Write(archive.Handle, header, 0);
        long end = header.Length + sizeBytes + TarBlock.PaddingBytes(sizeBytes);
        var writer = new SeriesTarWriter(archive.Handle, end);
        RandomAccess.SetLength(archive.Handle, end);
        TarMember next = Write(writer, "instances/next.dcm", [1]);
        writer.Finish();
        var big = new TarMember { Name = Name, HeaderOffset = 0, Data = new ByteRange(header.Length, sizeBytes) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(header, Has.Length.EqualTo(sizeBytes < EightGiB ? 512 : 1536));
            Assert.That(await archive.ListAsync(), Is.EqualTo(new[] { big, next }));
            Assert.That(SizesBySystemFormatsTar(archive.Path), Is.EqualTo(new[] { sizeBytes, 1 }));
            Assert.That(RunTar("-tf", archive.Path), Is.EqualTo(new[] { Name, "instances/next.dcm" }));
        }
    }

    private static Arbitrary<(string Name, byte[] Data)[]> Members() => Arb.From(
        (from name in Gen.Choose(1, 150).SelectMany(length => Gen.ArrayOf(Gen.Elements("0123456789.abcdefABCé日🩻".EnumerateRunes().ToArray()), length))
         from size in Gen.OneOf(Gen.Choose(0, 2000), Gen.Elements(0, 512, 1024, 65536))
         select (string.Concat(name.Prepend(new System.Text.Rune('i'))), RandomBytes(size))).ArrayOf().Resize(12));

    private static TarMember Write(SeriesTarWriter writer, string name, byte[] data) => writer.WriteMember(name, data, Crc32c.Compute(data));

    private static async Task<uint> CopyInPieces(byte[] data, Stream stream, CancellationToken cancellationToken)
    {
        foreach (byte[] piece in data.Chunk(7777))
        {
            await stream.WriteAsync(piece, cancellationToken);
        }

        return Crc32c.Compute(data);
    }

    private static async Task<uint> CopyThenFail(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(RandomBytes(50_000), cancellationToken);
        throw new NotSupportedException();
    }

    private static List<(string Name, byte[] Data)> ReadAll(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        var entries = new List<(string, byte[])>();
        while (reader.GetNextEntry() is { } entry)
        {
            using var data = new MemoryStream();
            entry.DataStream?.CopyTo(data);
            entries.Add((entry.Name, data.ToArray()));
        }

        return entries;
    }

    private static List<long> SizesBySystemFormatsTar(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var reader = new TarReader(file);
        var sizes = new List<long>();
        while (reader.GetNextEntry() is { } entry)
        {
            sizes.Add(entry.Length);
        }

        return sizes;
    }

    private static string[] RunTar(params string[] arguments)
    {
        var command = new ProcessStartInfo("tar", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        command.Environment["TZ"] = "UTC";
        using Process process = Process.Start(command)!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        return data;
    }
}
