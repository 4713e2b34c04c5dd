using System.Buffers.Binary;
using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Files of the test data: what is found in them, whole, cut short and in small portions.</summary>
public sealed class Part10ReaderTests
{
    private static readonly JsonElement Independent =
        JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("independent", "elements.json"))).RootElement;

    internal static IEnumerable<string> IndependentFiles() => Independent.EnumerateObject().Select(file => file.Name);

    internal static IEnumerable<string> AllFiles() =>
        from path in Directory.EnumerateFiles(Repository.TestData("dicom"), "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        select Path.GetRelativePath(Repository.TestData("dicom"), path).Replace('\\', '/');

    internal static byte[] Load(string file) => File.ReadAllBytes(Repository.TestData(["dicom", .. file.Split('/')]));

    [TestCaseSource(nameof(IndependentFiles))]
    public async Task ReadAsync_File_FindsTheElementsThatAnotherReaderFinds(string file)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(Load(file));
        string[][] actual = [.. DatasetText.Describe(dataset).Select(line => line.Split(' '))];
        string[] expected = [.. Independent.GetProperty(file).EnumerateArray().Select(line => line.GetString()!)];
        Assert.That(actual.Select((fields, i) => Generalize(fields, i < expected.Length ? expected[i] : "")), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(AllFiles))]
    public async Task ReadAsync_StreamInSmallPortions_FindsWhatMemoryHas(string file)
    {
        byte[] bytes = Load(file);
        using DicomDataset whole = await Part10Reader.ReadAsync(bytes);
        List<string> expected = DatasetText.DescribeAll(whole);
        var random = new Random(20240131);
        using (Assert.EnterMultipleScope())
        {
            foreach (Func<int> nextPortion in new[] { () => int.MaxValue, () => 1, () => 7, () => random.Next(1, 700) })
            {
                using var stream = new TricklingStream(bytes, nextPortion);
                using DicomDataset streamed = await Part10Reader.ReadAsync(stream, null, null, CancellationToken.None);
                Assert.That(DatasetText.DescribeAll(streamed), Is.EqualTo(expected));
            }
        }
    }

    [TestCase("nopixel/sr.dcm")]
    [TestCase("odd_meta_none_implicit/odd_meta_none_implicit.dcm")]
    [TestCase("odd_no_preamble/odd_no_preamble.dcm")]
    [TestCase("bigendian/1.dcm")]
    [TestCase("mf_rle/frag_bot.dcm")]
    [TestCase("odd_nested/odd_nested.dcm")]
    public async Task ReadAsync_FileCutAtAnyByte_KeepsWhatStandsBeforeTheCut(string file)
    {
        byte[] bytes = Load(file);
        using DicomDataset whole = await Part10Reader.ReadAsync(bytes);
        for (int cut = 0; cut < bytes.Length; cut++)
        {
            List<string>? fromMemory = await ReadCutAsync(bytes.AsMemory(0, cut), whole, file);
            using var stream = new MemoryStream(bytes, 0, cut);
            List<string>? fromStream = null;
            try
            {
                using DicomDataset streamed = await Part10Reader.ReadAsync(stream, null, null, CancellationToken.None);
                fromStream = DatasetText.DescribeAll(streamed);
            }
            catch (InvalidDicomException) when (fromMemory is null)
            {
            }

            Assert.That(fromStream, Is.EqualTo(fromMemory), $"cut at {cut}");
        }
    }

    [Test]
    public async Task ReadAsync_DeflatedFileCutAtAnyByte_KeepsWhatCouldBeInflated()
    {
        byte[] bytes = Load("deflated/1.dcm");
        using DicomDataset whole = await Part10Reader.ReadAsync(bytes);
        string[] expected = [.. DatasetText.Describe(whole)];
        for (int cut = (int)whole[0].ValueOffset; cut < bytes.Length; cut++)
        {
            using DicomDataset dataset = await Part10Reader.ReadAsync(bytes.AsMemory(0, cut));
            string[] complete = [.. DatasetText.Describe(dataset).SkipLast(1)];
            Assert.That(complete, Is.EqualTo(expected.Take(complete.Length)), $"cut at {cut}");
        }
    }

    [Test]
    public async Task ReadAsync_DeflatedDataDamaged_IsRefused()
    {
        byte[] bytes = Load("deflated/1.dcm");
        using DicomDataset whole = await Part10Reader.ReadAsync(bytes);
        DicomElement lastOfMeta = whole[whole.DatasetStart - 1];

        // A block of type 3, which there is not (RFC 1951 section 3.2.3).
        bytes[lastOfMeta.ValueOffset + lastOfMeta.Length] = 0xFF;
        InvalidDicomException? refused = Assert.ThrowsAsync<InvalidDicomException>(async () => (await Part10Reader.ReadAsync(bytes)).Dispose());
        Assert.That(refused?.Reason, Does.StartWith("the Deflated data set is damaged: "));
    }

    [TestCase("odd_meta_none/odd_meta_none.dcm", "1.2.840.10008.1.2.1")]
    [TestCase("odd_meta_none_implicit/odd_meta_none_implicit.dcm", "1.2.840.10008.1.2")]
    [TestCase("odd_meta_no_ts/odd_meta_no_ts.dcm", "1.2.840.10008.1.2.1")]
    [TestCase("odd_meta_no_grouplength/odd_meta_no_grouplength.dcm", "1.2.840.10008.1.2.1")]
    public async Task ReadAsync_FileMetaInformationIncomplete_GuessesTheTransferSyntax(string file, string expected)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(Load(file));
        Assert.That(dataset.TransferSyntax.Uid, Is.EqualTo(expected));
    }

    [TestCase(0u)]
    [TestCase(7u)]
    [TestCase(0xFFFFFFFFu)]
    public async Task ReadAsync_GroupLengthOfFileMetaInformationWrong_IsNotBelieved(uint groupLength)
    {
        byte[] bytes = Load("ct5/0.dcm");
        using DicomDataset expected = await Part10Reader.ReadAsync(bytes);
        byte[] changed = [.. bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(140), groupLength);
        using DicomDataset actual = await Part10Reader.ReadAsync(changed);
        Assert.That(DatasetText.Describe(actual), Is.EqualTo(DatasetText.Describe(expected)));
    }

    private static async Task<List<string>?> ReadCutAsync(ReadOnlyMemory<byte> bytes, DicomDataset whole, string file)
    {
        try
        {
            using DicomDataset cut = await Part10Reader.ReadAsync(bytes);
            for (int i = 0; i < whole.Count && whole[i].ValueOffset + whole[i].Length <= bytes.Length; i++)
            {
                if (whole[i].Next == i + 1)
                {
                    Assert.That(
                        (cut[i].Tag, cut[i].Vr, cut[i].ValueOffset, cut[i].Length),
                        Is.EqualTo((whole[i].Tag, whole[i].Vr, whole[i].ValueOffset, whole[i].Length)),
                        $"{file} cut at {bytes.Length}");
                }
            }

            return DatasetText.DescribeAll(cut);
        }
        catch (InvalidDicomException)
        {
            Assert.That(bytes.Length, Is.LessThan(whole[0].ValueOffset), "from the first element on something can be read");
            return null;
        }
    }

    /// <summary>Leaves open what the other reader leaves open: a choice of representations, an undefined length.</summary>
    private static string Generalize(string[] fields, string expected)
    {
        bool isUndefined = expected.EndsWith(" -1", StringComparison.Ordinal);
        bool isChoice = expected.Contains(" or ", StringComparison.Ordinal) && expected.Contains(fields[2], StringComparison.Ordinal);
        if (fields.Length != 5 || !(isUndefined || isChoice))
        {
            return string.Join(' ', fields);
        }

        string vr = isChoice ? string.Join(' ', expected.Split(' ')[2..^2]) : fields[2];
        return $"{fields[0]} {fields[1]} {vr} {fields[3]} {(isUndefined ? "-1" : fields[4])}";
    }
}
