using System.IO.Compression;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>What is wrong with a file is told, what is there is kept, and no half value passes for a whole one.</summary>
public sealed class WarningTests
{
    private static readonly DicomTag Sequence = DicomTag.ReferencedSeriesSequence;

    [TestCase(DicomVr.DS, "1234.5")]
    [TestCase(DicomVr.IS, "123456")]
    [TestCase(DicomVr.UI, "1.2.34")]
    [TestCase(DicomVr.LO, "ABCDEF")]
    [TestCase(DicomVr.PN, "AB^CDE")]
    [TestCase(DicomVr.US, "abcdef")]
    [TestCase(DicomVr.AT, "abcdefgh")]
    public async Task ReadAsync_ValueCutByTheEndOfTheFile_IsBytes(DicomVr vr, string text)
    {
        byte[] bytes = DicomFileBuilder.Create().Element(DicomTag.PatientID, DicomVr.LO, "P1").Element(new DicomTag(0x00281050), vr, text).ToArray()[..^2];
        using DicomDataset dataset = await ReadAsync(bytes);
        DicomElement cut = dataset[dataset.Count - 1];
        Assert.That((cut.Vr, cut.Length, dataset.IsTruncated), Is.EqualTo((DicomVr.UN, text.Length - 2L, true)));
        Assert.That(DatasetText.WriteJson(dataset), Does.Contain($$"""
            "00281050":{"vr":"UN","InlineBinary":"{{Convert.ToBase64String(bytes[^(text.Length - 2)..])}}"}
            """.Trim()));
        Assert.That(dataset.Warnings.Single(), Is.EqualTo(new DicomWarning(
            DicomWarningKind.EndsEarly, bytes.Length, new DicomTag(0x00281050), $"the file ends behind {text.Length - 2} of {text.Length} bytes of a value")));
    }

    [Test]
    public async Task ReadAsync_UidCutByTheEndOfTheFile_IsNone()
    {
        byte[] bytes = DicomFileBuilder.Create().Element(DicomTag.SOPInstanceUID, DicomVr.UI, "1.2.3.4.5678").ToArray()[..^4];
        using DicomDataset dataset = await ReadAsync(bytes);
        InvalidDicomException? refused = Assert.Throws<InvalidDicomException>(() => InstanceUids.From(dataset));
        Assert.That((refused?.Tag, refused?.Offset), Is.EqualTo(((DicomTag?)DicomTag.SOPInstanceUID, (long?)bytes.Length)));
        Assert.That(refused?.Message, Does.Contain("the file ends behind 8 of 12 bytes of a value; there is no SOPInstanceUID").And.Not.Contains("1.2.3.4"));
    }

    [Test]
    public void From_UidsBehindDamage_NamesTheDamage()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.SOPInstanceUID, DicomVr.UI, "1.2").Element(DicomTag.PatientID, DicomVr.LO, "P1");
        int damageAt = file.Position;
        using DicomDataset dataset = Read(file.ItemHeader(4).Raw("??!!"u8).Element(DicomTag.SeriesInstanceUID, DicomVr.UI, "1.3"));
        InvalidDicomException? refused = Assert.Throws<InvalidDicomException>(() => InstanceUids.From(dataset));
        Assert.That((refused?.Offset, refused?.Reason), Is.EqualTo(
            ((long?)damageAt, "an item outside a sequence; there is no SeriesInstanceUID, so it is not known where the instance belongs")));
    }

    [Test]
    public async Task ReadAsync_ElementLongerThanItsItem_EndsWithIt()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items => items
            .Item(isDefined: true, item => item.Element(DicomTag.Columns, 1))
            .Item(isDefined: true, item => item.Element(DicomTag.Columns, 2).Header(DicomTag.BitsAllocated, DicomVr.US, 600).Raw([1, 2, 3, 4])));
        using DicomDataset dataset = await ReadAsync(file.Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray());
        Assert.That(Lines(dataset), Is.EqualTo(["00081115 SQ", "item", "00280011 US", "item", "00280011 US", "00280100 UN", "00100020 LO"]));
        Assert.That(dataset[dataset.Count - 2].Length, Is.EqualTo(4));
        Assert.That(dataset.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.LengthTooLong));
    }

    [Test]
    public async Task ReadAsync_BytesBehindTheLastElementOfAnItem_ArePassedOver([Range(1, 7)] int bytes)
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items => items
            .Item(isDefined: true, item => item.Element(DicomTag.Columns, 1).Raw(new byte[bytes]))
            .Item(isDefined: true, item => item.Element(DicomTag.Columns, 2)).Raw(new byte[bytes]));
        using DicomDataset dataset = await ReadAsync(file.Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray());
        Assert.That(Lines(dataset), Is.EqualTo(["00081115 SQ", "item", "00280011 US", "item", "00280011 US", "00100020 LO"]));
        Assert.That(dataset.Warnings.Select(warning => warning.Kind), Is.EqualTo([DicomWarningKind.StrayBytes, DicomWarningKind.StrayBytes]));
    }

    [Test]
    public async Task ReadAsync_SequenceThatSaysItIsLonger_EndsWhereTheNextElementBegins([Values] bool hasEnd)
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Header(Sequence, DicomVr.SQ, hasEnd ? 60u : 6000u)
            .Item(isDefined: true, item => item.Element(DicomTag.Columns, 1))
            .Element(DicomTag.PatientID, DicomVr.LO, "P1").Element(DicomTag.SeriesInstanceUID, DicomVr.UI, "1.2.3").Element(DicomTag.Rows, 5);
        using DicomDataset dataset = await ReadAsync(file.ToArray());
        Assert.That(Lines(dataset), Is.EqualTo(["00081115 SQ", "item", "00280011 US", "00100020 LO", "0020000E UI", "00280010 US"]));
        Assert.That(dataset.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.LengthTooLong));
    }

    [Test]
    public async Task ReadAsync_ItemThatSaysItIsLonger_EndsWhereTheNextBegins()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items => items
            .ItemHeader(20).Element(DicomTag.Columns, 1).Item(isDefined: true, item => item.Element(DicomTag.Columns, 2)));
        using DicomDataset dataset = await ReadAsync(file.Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray());
        Assert.That(Lines(dataset), Is.EqualTo(["00081115 SQ", "item", "00280011 US", "item", "00280011 US", "00100020 LO"]));
    }

    [Test]
    public async Task ReadAsync_DelimiterMissing_EndsWithTheNextElement([Values] bool arePixels)
    {
        DicomFileBuilder file = DicomFileBuilder.Create(TransferSyntax.FromUid("1.2.840.10008.1.2.5"));
        file = arePixels
            ? file.Header(DicomTag.PixelData, DicomVr.OB, DicomFileBuilder.UndefinedLength).ItemHeader(0).ItemHeader(2).Raw([1, 2])
            : file.Header(Sequence, DicomVr.SQ, DicomFileBuilder.UndefinedLength).Item(isDefined: true, item => item.Element(DicomTag.Columns, 1));
        using DicomDataset dataset = await ReadAsync(file.Element(new DicomTag(0xFFFCFFFC), DicomVr.OB, new byte[4]).ToArray());
        Assert.That(Lines(dataset)[^1], Is.EqualTo("FFFCFFFC OB"));
        Assert.That(dataset.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.DelimiterMissing));
    }

    [Test]
    public async Task ReadAsync_ItemsBehindAnEmptySequence_AreItsItems([Values] bool isDefined, [Values] bool isNested, [Values] bool isDelimited)
    {
        void Write(DicomFileBuilder f)
        {
            f.Header(DicomTag.ReferencedImageSequence, DicomVr.SQ, 0)
                .Item(isDefined, item => item.Element(DicomTag.Columns, 1)).Item(isDefined, item => item.Element(DicomTag.Columns, 2));
            if (isDelimited)
            {
                f.SequenceDelimiter();
            }

            f.Element(DicomTag.PatientID, DicomVr.LO, "P1");
        }

        DicomFileBuilder file = DicomFileBuilder.Create();
        if (isNested)
        {
            file.Sequence(Sequence, isDefined, items => items.Item(isDefined, Write));
        }
        else
        {
            Write(file);
        }

        using DicomDataset dataset = await ReadAsync(file.Element(DicomTag.Rows, 5).ToArray());
        string[] expected = ["00081140 SQ", "item", "00280011 US", "item", "00280011 US", "00100020 LO", "00280010 US"];
        Assert.That(Lines(dataset), Is.EqualTo(isNested ? ["00081115 SQ", "item", .. expected] : expected));
        Assert.That(dataset.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.ItemsOutsideSequence));
    }

    [Test]
    public async Task FromStreamAsync_PixelsThatAreTooShort_AreToldAndHaveNoFrames()
    {
        byte[] bytes = DicomFileBuilder.Create().Element(DicomTag.NumberOfFrames, DicomVr.IS, "2").Element(DicomTag.Rows, 4).Element(DicomTag.Columns, 4)
            .Element(DicomTag.BitsAllocated, 8).Element(DicomTag.PixelData, DicomVr.OW, new byte[30]).ToArray();
        InstanceScan scan = await InstanceScan.FromStreamAsync(new MemoryStream(bytes));
        Assert.That(scan.Frames, Is.Null);
        Assert.That(scan.Warnings.Single().Reason, Is.EqualTo("2 frames of 128 bits do not fit into 30 bytes of pixel data"));
    }

    [Test]
    public async Task ReadAsync_DeflateStreamThatEndsEarly_IsToldWhereverItEnds()
    {
        byte[] bytes = Part10ReaderTests.Load("deflated/1.dcm");
        using DicomDataset whole = await Part10Reader.ReadAsync(bytes);
        DicomElement lastOfMeta = whole[whole.DatasetStart - 1];
        int start = (int)(lastOfMeta.ValueOffset + lastOfMeta.Length);
        Assert.That(whole.Warnings, Is.Empty);
        for (int cut = start + 40; cut < bytes.Length - 1; cut += 7)
        {
            using DicomDataset dataset = await Part10Reader.ReadAsync(bytes.AsMemory(0, cut));
            Assert.That((dataset.IsTruncated, dataset.Warnings.Select(warning => warning.Kind)), Is.EqualTo((true, new[] { DicomWarningKind.EndsEarly })), $"cut at {cut}");
        }
    }

    [Test]
    public async Task ReadAsync_DeflateStreamDamaged_KeepsWhatStandsBefore()
    {
        byte[] dataset = DicomFileBuilder.Create().Element(DicomTag.PatientID, DicomVr.LO, "P1").Element(DicomTag.TextValue, DicomVr.UT, new string('x', 3000)).ToArray()[DicomFileBuilder.Create().Position..];
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.NoCompression, leaveOpen: true))
        {
            deflate.Write(dataset);
            deflate.Flush();
        }

        byte[] good = deflated.ToArray()[..(dataset.Length + 5)];
        DicomFileBuilder file = DicomFileBuilder.Create(TransferSyntax.DeflatedExplicitVrLittleEndian).Raw(good).Raw([0xFF, 0xFF, 0xFF]);
        using DicomDataset read = Read(file);
        Assert.That(Lines(read), Is.EqualTo(["00100020 LO", "0040A160 UN"]));
        Assert.That(read.Damage?.Reason, Does.StartWith("the Deflated data set is damaged: "));
    }

    [Test]
    public async Task ReadAsync_DeflateStreamDamagedAnywhere_IsReadToTheSameByteFromMemoryAndFromAStream()
    {
        byte[] good = Part10ReaderTests.Load("deflated/1.dcm");
        using DicomDataset whole = await Part10Reader.ReadAsync(good);
        DicomElement lastOfMeta = whole[whole.DatasetStart - 1];
        int read = 0;
        for (int at = (int)(lastOfMeta.ValueOffset + lastOfMeta.Length); at < good.Length; at += 3)
        {
            byte[] bytes = [.. good];
            bytes[at] ^= 0x55;
            List<string> fromMemory = await TryDescribeAsync(() => Part10Reader.ReadAsync(bytes));
            using var stream = new TricklingStream(bytes, () => 3);
            Assert.That(await TryDescribeAsync(() => Part10Reader.ReadAsync(stream, null, null, CancellationToken.None)), Is.EqualTo(fromMemory), $"damaged at {at}");
            read += fromMemory is { Count: > 1 } ? 1 : 0;
        }

        Assert.That(read, Is.GreaterThan(100));
    }

    [Test]
    public async Task ReadAsync_AnyDamage_ShowsNoValueOfTheFile()
    {
        byte[] bytes = DicomFileBuilder.Create().Element(DicomTag.SOPInstanceUID, DicomVr.UI, "9.8.7.6.5.4.3")
            .Sequence(Sequence, isDefined: true, items => items.Item(isDefined: true, item => item.Element(DicomTag.PatientName, DicomVr.PN, "SECRET^NAME")))
            .Element(DicomTag.PatientName, DicomVr.PN, "SECRET^NAME").Element(DicomTag.PatientID, DicomVr.LO, "SECRET").ToArray();
        int warnings = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            byte[] damaged = Mutation.Create(seed, [bytes]);
            try
            {
                using DicomDataset dataset = await Part10Reader.ReadAsync(damaged);
                warnings += dataset.Warnings.Count;
                Assert.That(dataset.Warnings.Select(warning => warning.ToString()), Has.None.Matches<string>(HasValue), $"seed {seed}");
                InstanceUids.From(dataset);
            }
            catch (InvalidDicomException error)
            {
                Assert.That(error.Message, Does.Not.Contain("SECR").And.Not.Contains("9.8.7"), $"seed {seed}");
            }
        }

        Assert.That(warnings, Is.GreaterThan(1000));
    }

    private static async Task<List<string>> TryDescribeAsync(Func<ValueTask<DicomDataset>> read)
    {
        try
        {
            using DicomDataset dataset = await read();
            return [.. DatasetText.DescribeAll(dataset), .. dataset.Warnings.Select(warning => warning.ToString())];
        }
        catch (InvalidDicomException refused)
        {
            return [refused.Message];
        }
    }

    private static bool HasValue(string text) => text.Contains("SECR", StringComparison.Ordinal) || text.Contains("9.8.7", StringComparison.Ordinal);

    private static List<string> Lines(DicomDataset dataset) =>
        [.. Enumerable.Range(dataset.DatasetStart, dataset.Count - dataset.DatasetStart).Select(i => dataset[i].Vr == DicomVr.None ? "item" : $"{dataset[i].Tag.ToJsonName()} {dataset[i].Vr}")];

    private static DicomDataset Read(DicomFileBuilder file) => Part10Reader.ReadAsync(file.ToArray()).AsTask().GetAwaiter().GetResult();

    private static async Task<DicomDataset> ReadAsync(byte[] bytes)
    {
        DicomDataset dataset = await Part10Reader.ReadAsync(bytes);
        using var stream = new TricklingStream(bytes, () => 5);
        using DicomDataset streamed = await Part10Reader.ReadAsync(stream, null, null, CancellationToken.None);
        Assert.That(DatasetText.DescribeAll(streamed), Is.EqualTo(DatasetText.DescribeAll(dataset)));
        Assert.That(streamed.Warnings, Is.EqualTo(dataset.Warnings));
        return dataset;
    }
}
