using System.Text.Json;
using CloudOptimizedDicom.Tests;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Cli.Tests;

[CancelAfter(120_000)]
public sealed class InspectCommandTests
{
    private static readonly string[] Cases =
    [
        "ct5", "implicit", "bigendian", "deflated", "color", "single_rgb", "nopixel", "mf_native", "mf_rle", "mf_jpeg",
        "odd_vrzoo", "odd_nested", "odd_pn", "odd_cs_utf8", "odd_cs_latin1",
    ];

    /// <summary>Frames that Python could not tell apart.</summary>
    private static readonly string[] IndexedByUsOnly = ["frag_nobot.dcm"];

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("cod-inspect-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Inspect_Json_IsTheRecordThatPythonStored(CancellationToken cancellationToken)
    {
        GoldenInstance[] golden = [.. Cases.SelectMany(name => GoldenInstance.Load($"{name}__v2"))];
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, ["inspect", "--json", .. golden.Select(instance => instance.InputPath)]);
        Assert.That((cod.ExitCode, cod.Errors, cod.JsonLines.Count), Is.EqualTo((0, "", golden.Length)));
        using (Assert.EnterMultipleScope())
        {
            foreach ((GoldenInstance instance, JsonElement record) in golden.Zip(cod.JsonLines))
            {
                AssertIsRecord(record, instance);
            }
        }
    }

    [Test]
    public async Task Inspect_JsonAndTags_PrintsOnlyTheTags(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "inspect", "--json", "--tags", Dicom("ct5", "0.dcm"));
        Assert.That(cod.JsonLines.Single().GetProperty("00100020").GetRawText(), Is.EqualTo("""{"vr":"LO","Value":["P001"]}"""));
    }

    [Test]
    public async Task Inspect_Tags_PrintsATree(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "inspect", "--tags", Dicom("odd_nested", "odd_nested.dcm"));
        string[] lines = cod.Output.ReplaceLineEndings("\n").Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
            Assert.That(lines, Has.Some.Match(@"^  CRC-32C +\S{6}==$"));
            Assert.That(lines, Has.Some.Match(@"^  \(0010,0010\) PN PatientName +Odd\^Case$"));
            Assert.That(lines, Has.Some.Match(@"^  \(0008,1140\) SQ ReferencedImageSequence +1 item$"));
            Assert.That(lines, Has.Some.Match(@"^    item 1$"));
            Assert.That(lines, Has.Some.Match(@"^      \(0008,1155\) UI ReferencedSOPInstanceUID +1\.2\.3\.4$"));
            Assert.That(lines, Has.Some.Match(@"^      \(0011,1003\) OB \(private\) +\(bulk data, in the file\)$"));
        }
    }

    [Test]
    public async Task Inspect_ControlCharactersInTheFile_DoNotReachTheTerminal(CancellationToken cancellationToken)
    {
        byte[] bytes = await File.ReadAllBytesAsync(Dicom("ct5", "0.dcm"), cancellationToken);
        "\u001B]0;\u0007"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("Golden^"u8)));
        "\u001B[2J\u007F"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("GoldenGen"u8)));
        string path = Path.Combine(_folder, "escape\u001B[31m.dcm");
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "inspect", "--tags", path, path + ".missing");
        Assert.That((cod.Output + cod.Errors).Where(c => char.IsControl(c) && c is not '\n' and not '\r'), Is.Empty);
        Assert.That(cod.Output, Does.Contain("\u241B]0;\u2407"), "what stands there is shown");
    }

    [Test]
    public async Task Inspect_ExitCode_TellsWhatWentWrong(CancellationToken cancellationToken)
    {
        string good = Dicom("ct5", "0.dcm");
        string missing = Path.Combine(_folder, "missing.dcm");
        string damaged = Path.Combine(_folder, "damaged.dcm");
        await File.WriteAllTextAsync(damaged, "not DICOM", cancellationToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", good)).ExitCode, Is.Zero);
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", good, missing, damaged)).ExitCode, Is.EqualTo(1), "some failed");
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", _folder)).ExitCode, Is.EqualTo(1), "a folder");
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect")).ExitCode, Is.EqualTo(2), "no file named");
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", "--jsn", good)).ExitCode, Is.EqualTo(2), "no such option");
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", missing)).ExitCode, Is.EqualTo(4));
            Assert.That((await CodProcess.RunAsync(cancellationToken, "inspect", damaged)).ExitCode, Is.EqualTo(5));
        }
    }

    [Test]
    public async Task Inspect_SomeFilesFail_TellsWhichAndGoesOn(CancellationToken cancellationToken)
    {
        string missing = Path.Combine(_folder, "missing.dcm");
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "inspect", "--json", missing, Dicom("ct5", "0.dcm"));
        Assert.That(cod.JsonLines.Select(line => line.TryGetProperty("error", out _)), Is.EqualTo([true, false]));
        Assert.That(cod.JsonLines[0].GetProperty("uri").GetString(), Is.EqualTo(missing));
        Assert.That(cod.Errors, Does.StartWith(missing));
    }

    [Test]
    [Platform("Linux", Reason = "the kernel's count of resident memory is asked for")]
    public async Task Inspect_FileOfSixGibibytes_StaysSmall(CancellationToken cancellationToken)
    {
        const long fragmentBytes = 3L * 1024 * 1024 * 1024;
        string path = Path.Combine(MemoryFolder(), $"{Path.GetFileName(_folder)}.dcm");
        long size;
        CodProcess cod;
        long peakBytes;
        try
        {
            size = await WriteSparseAsync(path, fragmentBytes, cancellationToken);
            (cod, peakBytes) = await CodProcess.MeasureAsync(["inspect", "--json", path], cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
        JsonElement record = cod.JsonLines.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.GetProperty("size").GetInt64(), Is.EqualTo(size));
            Assert.That(Longs(record.GetProperty("offset_tables").GetProperty("CustomOffsetTableLengths")), Is.EqualTo([fragmentBytes, fragmentBytes]));
            Assert.That(peakBytes, Is.LessThan(200L * 1024 * 1024));
        }
    }

    private static void AssertIsRecord(JsonElement record, GoldenInstance instance)
    {
        JsonElement expected = instance.Expected;
        string name = instance.ToString();
        long size = expected.GetProperty("size").GetInt64();
        Assert.That(record.GetProperty("instance_uid").GetString(), Is.EqualTo(instance.Uid), name);
        Assert.That(record.GetProperty("crc32c").GetString(), Is.EqualTo(expected.GetProperty("crc32c").GetString()), name);
        Assert.That(record.GetProperty("size").GetInt64(), Is.EqualTo(size), name);
        Assert.That(record.GetProperty("has_pixeldata").GetBoolean(), Is.EqualTo(expected.GetProperty("has_pixeldata").GetBoolean()), name);
        Assert.That(record.GetProperty("original_path").GetString(), Is.EqualTo(instance.InputPath), name);
        Assert.That(record.GetProperty("headers").GetProperty("end_byte").GetInt64(), Is.EqualTo(512 + size), name);
        Assert.That(instance.BulkDataUri, Does.EndWith(record.GetProperty("uri").GetString()!), name);
        Assert.That(instance.BulkDataUri, Does.Contain($"/studies/{record.GetProperty("study_uid").GetString()}/"), name);
        if (!IndexedByUsOnly.Contains(Path.GetFileName(instance.InputPath)))
        {
            // Python puts the frames of native pixels eight bytes too high.
            long shift = instance.Case == "mf_native__v2" ? 8 : 0;
            Assert.That(Tables(record, 0), Is.EqualTo(Tables(expected, shift)), name);
        }
    }

    private static (long[] Offsets, long[] Lengths)? Tables(JsonElement record, long shift) =>
        record.GetProperty("offset_tables").TryGetProperty("CustomOffsetTable", out JsonElement offsets)
            ? ([.. Longs(offsets).Select(offset => offset - shift)], Longs(record.GetProperty("offset_tables").GetProperty("CustomOffsetTableLengths")))
            : null;

    private static long[] Longs(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetInt64())];

    /// <summary>Holes read from a disk fill the page cache with zeros; there they cost nothing.</summary>
    private static string MemoryFolder() => Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static string Dicom(params string[] names) => Repository.TestData(["dicom", .. names]);

    /// <summary>A JPEG file whose two frames are mostly holes; skips the test where holes take room.</summary>
    private static async Task<long> WriteSparseAsync(string path, long fragmentBytes, CancellationToken cancellationToken)
    {
        byte[] source = await File.ReadAllBytesAsync(Dicom("mf_jpeg", "nobot.dcm"), cancellationToken);
        source[source.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x28, 0, 0x08, 0, (byte)'I', (byte)'S']) + 8] = (byte)'2';
        int firstFragment = source.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFE, 0xFF, 0, 0xE0]) + 8;
        byte[] fragment = [0xFE, 0xFF, 0, 0xE0, .. BitConverter.GetBytes((uint)fragmentBytes), 0xFF, 0xD8, 0xFF, 0xE0];
        await using FileStream file = File.Create(path);
        await file.WriteAsync(source.AsMemory(0, firstFragment), cancellationToken);
        for (int i = 0; i < 2; i++)
        {
            long end = file.Position + 8 + fragmentBytes;
            await file.WriteAsync(fragment, cancellationToken);
            try
            {
                file.SetLength(end);
            }
            catch (IOException full)
            {
                Assert.Ignore($"The file system has no sparse files: {full.Message}");
            }

            file.Position = end;
        }

        await file.WriteAsync(new byte[] { 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0 }, cancellationToken);
        return file.Position;
    }
}
