using System.IO.Compression;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Files built by hand: sequences of every kind, stray and missing delimiters, damage, lengths that lie.</summary>
public sealed class Part10DamageTests
{
    private static readonly DicomTag Sequence = DicomTag.ReferencedSeriesSequence;
    private static readonly DicomTag Inner = DicomTag.ReferencedSOPSequence;

    [Test]
    public async Task ReadAsync_NestedSequences_AreReadWhateverTheirLengths(
        [Values] bool isOuterDefined, [Values] bool isItemDefined, [Values] bool isInnerDefined,
        [Values("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")] string syntax)
    {
        DicomFileBuilder file = DicomFileBuilder.Create(TransferSyntax.FromUid(syntax)).Sequence(Sequence, isOuterDefined, items => items
            .Item(isItemDefined, item => item
                .Sequence(Inner, isInnerDefined, inner => inner.Item(isItemDefined, leaf => leaf.Element(DicomTag.Rows, 5)).ItemHeader(0))
                .Element(DicomTag.Columns, 6)));
        await AssertReadsAsync(
            file.Element(DicomTag.PatientID, DicomVr.LO, "P1"),
            "0 00081115 SQ", "1 item", "1 00081199 SQ", "2 item", "2 00280010 US", "2 item", "1 00280011 US", "0 00100020 LO");
    }

    [Test]
    public async Task ReadAsync_ItemDelimitersMissing_EndTheItemWithTheSequence()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: false, items => items
            .ItemHeader(DicomFileBuilder.UndefinedLength).Element(DicomTag.PatientID, DicomVr.LO, "P1"));
        await AssertReadsAsync(file.Element(DicomTag.Rows, 5), "0 00081115 SQ", "1 item", "1 00100020 LO", "0 00280010 US");
    }

    [Test]
    public async Task ReadAsync_DelimitersMissingWithinADefinedLength_EndWhereThatEnds()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items => items
            .Item(isDefined: true, item => item
                .Header(Inner, DicomVr.SQ, DicomFileBuilder.UndefinedLength)
                .ItemHeader(DicomFileBuilder.UndefinedLength)
                .Element(DicomTag.PatientID, DicomVr.LO, "P1")));
        await AssertReadsAsync(
            file.Element(DicomTag.Rows, 5), "0 00081115 SQ", "1 item", "1 00081199 SQ", "2 item", "2 00100020 LO", "0 00280010 US");
    }

    [Test]
    public async Task ReadAsync_FragmentsWithoutEndWithinADefinedLength_EndWhereThatEnds()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items => items
            .Item(isDefined: true, item => item
                .Header(DicomTag.PixelData, DicomVr.OB, DicomFileBuilder.UndefinedLength).ItemHeader(0).ItemHeader(4).Raw("abcd"u8)));
        await AssertReadsAsync(file.Element(DicomTag.Rows, 5), "0 00081115 SQ", "1 item", "1 7FE00010 OB", "0 00280010 US");
    }

    [Test]
    public async Task ReadAsync_StrayDelimiters_ArePassedOver()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().ItemDelimiter().Element(DicomTag.PatientID, DicomVr.LO, "P1").SequenceDelimiter()
            .Sequence(Sequence, isDefined: true, items => items
                .Item(isDefined: true, item => item.Element(DicomTag.Rows, 5).ItemDelimiter()).ItemDelimiter().SequenceDelimiter())
            .SequenceDelimiter();
        await AssertReadsAsync(
            file.Element(DicomTag.Columns, 5), "0 00100020 LO", "0 00081115 SQ", "1 item", "1 00280010 US", "0 00280011 US");
    }

    [Test]
    public async Task ReadAsync_DamageInASequenceOfDefinedLength_MakesItOneUnknownValue([Values(20, 400, 5000)] int goodBytes)
    {
        byte[] good = new byte[goodBytes];
        new Random(1).NextBytes(good);
        int start = 0;
        DicomFileBuilder file = DicomFileBuilder.Create().Sequence(Sequence, isDefined: true, items =>
        {
            start = items.Position;
            items.Item(isDefined: true, item => item
                .Element(new DicomTag(0x00091001), DicomVr.OB, good)).Raw("damage, not an item"u8);
        });
        byte[] bytes = file.Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray();
        foreach (DicomDataset dataset in await ReadBothAsync(bytes))
        {
            using (dataset)
            {
                DicomElement damaged = dataset[dataset.DatasetStart];
                byte[] expected = bytes.AsSpan(start, (int)Math.Min(damaged.Length, Part10Limits.HeadBytes)).ToArray();
                Assert.That(Lines(dataset), Is.EqualTo(["0 00081115 UN", "0 00100020 LO"]));
                Assert.That((damaged.ValueOffset, damaged.Length), Is.EqualTo(((long)start, goodBytes + 8L + 12 + 19)));
                Assert.That(dataset.GetKept(damaged)[..expected.Length].ToArray(), Is.EqualTo(expected));
                Assert.That(dataset.IsTruncated, Is.False);
            }
        }
    }

    [Test]
    public async Task ReadAsync_DamageBehindTheEndOfTheSequenceAroundIt_NeverGoesBack()
    {
        // The inner sequence has no length, and what it holds runs over the end of the outer one.
        DicomFileBuilder file = DicomFileBuilder.Create().Header(Sequence, DicomVr.SQ, 60).ItemHeader(52)
            .Header(Inner, DicomVr.SQ, DicomFileBuilder.UndefinedLength).ItemHeader(DicomFileBuilder.UndefinedLength)
            .Element(DicomTag.PatientID, DicomVr.LO, new string('x', 100))
            .Raw("not an item, and no delimiter either"u8);
        foreach (DicomDataset dataset in await ReadBothAsync(file.ToArray()))
        {
            using (dataset)
            {
                Assert.That(dataset[dataset.DatasetStart].Length, Is.EqualTo(60));
                Assert.That(Lines(dataset).Take(5), Is.EqualTo(["0 00081115 SQ", "1 item", "1 00081199 SQ", "2 item", "2 00100020 UN"]));
            }
        }
    }

    [Test]
    public async Task ReadAsync_DamageWithNoLengthAroundIt_KeepsWhatStandsBeforeItAndTellsThePlace()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.Rows, 5).Header(DicomTag.PixelData, DicomVr.OB, DicomFileBuilder.UndefinedLength);
        int damageAt = file.Position;
        foreach (DicomDataset dataset in await ReadBothAsync(file.Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray()))
        {
            using (dataset)
            {
                Assert.That(Lines(dataset), Is.EqualTo(["0 00280010 US", "0 7FE00010 OB"]));
                Assert.That((dataset.Damage?.Kind, dataset.Damage?.Offset), Is.EqualTo(((DicomWarningKind?)DicomWarningKind.RestUnreadable, (long?)damageAt)));
            }
        }
    }

    [Test]
    public void ReadAsync_DamageBeforeTheFirstElement_IsRefusedWithItsPlace()
    {
        byte[] bytes = DicomFileBuilder.Create().ItemHeader(0).Element(DicomTag.PatientID, DicomVr.LO, "P1").ToArray();
        InvalidDicomException? refused = Assert.ThrowsAsync<InvalidDicomException>(async () => (await Part10Reader.ReadAsync(bytes)).Dispose());
        Assert.That((refused?.Offset, refused?.Reason), Is.EqualTo(((long?)DicomFileBuilder.Create().Position, "an item outside a sequence")));
    }

    [Test]
    public async Task ReadAsync_UnknownRepresentationOfAKnownTag_IsReadAsTheDictionarySays()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.PatientName, DicomVr.UN, "A^B ")
            .Sequence(Inner, isDefined: true, vr: DicomVr.UN, writeItems: items => items
                .ItemHeader(10).Raw([0x28, 0, 0x10, 0, 2, 0, 0, 0, 5, 0]))
            .Sequence(new DicomTag(0x00111001), isDefined: false, vr: DicomVr.UN, writeItems: items => items
                .ItemHeader(10).Raw([0x28, 0, 0x10, 0, 2, 0, 0, 0, 5, 0]))
            .Element(new DicomTag(0x00111002), DicomVr.UN, "?!");
        await AssertReadsAsync(
            file, "0 00100010 PN", "0 00081199 SQ", "1 item", "1 00280010 US", "0 00111001 SQ", "1 item", "1 00280010 US", "0 00111002 UN");
    }

    [Test]
    public async Task ReadAsync_FragmentsOfATextRepresentation_AreBytes()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Header(DicomTag.TextValue, DicomVr.UT, DicomFileBuilder.UndefinedLength)
            .ItemHeader(1000).Raw(new byte[1000]).ItemHeader(1000).Raw(new byte[1000]).SequenceDelimiter();
        await AssertReadsAsync(file.Element(DicomTag.Rows, 5), "0 0040A160 UN", "0 00280010 US");
    }

    [Test]
    public async Task ReadAsync_LongTextCutShort_IsTheSameFromMemoryAndFromAStream()
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Header(DicomTag.TextValue, DicomVr.UT, Part10Limits.MaxInlineTextBytes + 2);
        await AssertReadsAsync(file.Raw(new byte[5000]), "0 0040A160 UN");
    }

    [TestCase(0xFFFFFFFEu)]
    [TestCase(0x80000000u)]
    public async Task ReadAsync_LengthOfGigabytesInASmallFile_AllocatesNothing(uint length)
    {
        byte[] bytes = DicomFileBuilder.Create().Header(new DicomTag(0x00091001), DicomVr.OB, length).Raw("few"u8).ToArray();
        foreach (DicomDataset warm in await ReadBothAsync(bytes))
        {
            warm.Dispose();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        DicomDataset[] datasets = await ReadBothAsync(bytes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        foreach (DicomDataset dataset in datasets)
        {
            using (dataset)
            {
                Assert.That((dataset.IsTruncated, dataset[dataset.DatasetStart].Length), Is.EqualTo((true, 3L)));
            }
        }

        Assert.That(allocated, Is.LessThan(1024 * 1024));
    }

    [Test]
    public async Task ReadAsync_FileEndsInAHeader_IsTruncated([Range(1, 11)] int headerBytes)
    {
        byte[] header = DicomFileBuilder.Create().Header(DicomTag.TextValue, DicomVr.UT, 2).ToArray();
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.Rows, 5);
        byte[] bytes = file.Raw(header.AsSpan(header.Length - 12, headerBytes)).ToArray();
        foreach (DicomDataset dataset in await ReadBothAsync(bytes))
        {
            using (dataset)
            {
                Assert.That((dataset.IsTruncated, dataset.Count), Is.EqualTo((true, 2)));
            }
        }
    }

    [Test]
    public async Task ReadAsync_TailOfZeros_CostsNoMemoryAndIsNoDamage()
    {
        const int zeros = (64 * 1024 * 1024) + 3;
        byte[] bytes = [.. Part10ReaderTests.Load("mf_native/16bit.dcm"), .. new byte[zeros]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        DicomDataset[] datasets = await ReadBothAsync(bytes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1024 * 1024));
        foreach (DicomDataset dataset in datasets)
        {
            using (dataset)
            {
                Assert.That((dataset.IsTruncated, dataset[dataset.Count - 1].Tag), Is.EqualTo((false, default(DicomTag))));
                Assert.That(FrameIndexBuilder.Build(dataset)?.Count, Is.EqualTo(4));
            }
        }
    }

    [TestCase(64, true)]
    [TestCase(65, false)]
    public void ReadAsync_SequencesInSequences_AreReadToALimit(int depth, bool isRead)
    {
        DicomFileBuilder file = DicomFileBuilder.Create();
        for (int i = 0; i < depth; i++)
        {
            file.Header(Sequence, DicomVr.SQ, DicomFileBuilder.UndefinedLength).ItemHeader(DicomFileBuilder.UndefinedLength);
        }

        byte[] bytes = file.Element(DicomTag.Rows, 5).ToArray();
        AssertRefused(bytes, Part10Limits.Default, isRead ? null : "sequences nested deeper than 64");
    }

    [TestCase(11, true)]
    [TestCase(10, false)]
    public void ReadAsync_Elements_AreReadToALimit(int maxElements, bool isRead)
    {
        DicomFileBuilder file = DicomFileBuilder.Create();
        for (ushort i = 0; i < 10; i++)
        {
            file.Element(new DicomTag(0x0009, (ushort)(0x1000 + i)), DicomVr.LO, "x");
        }

        AssertRefused(file.ToArray(), new Part10Limits { MaxElements = maxElements }, isRead ? null : "more than 10 elements");
    }

    [Test]
    public void ReadAsync_FragmentsBeyondTheLimit_AreRefused()
    {
        byte[] bytes = DicomFileBuilder.Create().Pixels([], [.. Enumerable.Repeat(new byte[2], 10)]).ToArray();
        AssertRefused(bytes, new Part10Limits { MaxElements = 10 }, "more than 10 fragments");
    }

    [Test]
    public void ReadAsync_StreamWithMoreToKeepThanTheLimit_IsRefused()
    {
        byte[] bytes = DicomFileBuilder.Create().Element(DicomTag.TextValue, DicomVr.UT, new string('x', 2000)).ToArray();
        InvalidDicomException? refused = Assert.ThrowsAsync<InvalidDicomException>(async () =>
            (await Part10Reader.ReadAsync(new MemoryStream(bytes), new Part10Limits { MaxKeptBytes = 1000 }, null, CancellationToken.None)).Dispose());
        Assert.That(refused?.Reason, Is.EqualTo("more than 1000 bytes of headers and values"));
    }

    [TestCase(2, false)]
    [TestCase(1000, true)]
    public void ReadAsync_DeflatedItemsWithoutEnd_AreRefused(int maxHeldRatio, bool isRead)
    {
        var items = new DicomFileBuilder();
        items.Header(DicomTag.ReferencedSeriesSequence, DicomVr.SQ, DicomFileBuilder.UndefinedLength);
        for (int i = 0; i < 20_000; i++)
        {
            items.Raw([0xFE, 0xFF, 0, 0xE0, 12, 0, 0, 0, 8, 0, 0x50, 0, (byte)'S', (byte)'H', 4, 0, .. "text"u8]);
        }

        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(items.ToArray());
        }

        byte[] bytes = DicomFileBuilder.Create(TransferSyntax.DeflatedExplicitVrLittleEndian).Raw(deflated.ToArray()).ToArray();
        InvalidDicomException? refused = null;
        try
        {
            Part10Reader.ReadAsync(bytes, new Part10Limits { AlwaysHeldBytes = 10_000, MaxHeldRatio = maxHeldRatio }).AsTask().GetAwaiter().GetResult().Dispose();
        }
        catch (InvalidDicomException exception)
        {
            refused = exception;
        }

        Assert.That(refused?.Reason, isRead ? Is.Null : Does.StartWith("the elements of the Deflated data set take "));
    }

    private static void AssertRefused(byte[] bytes, Part10Limits limits, string? reason)
    {
        InvalidDicomException? refused = null;
        try
        {
            Part10Reader.ReadAsync(bytes, limits).AsTask().GetAwaiter().GetResult().Dispose();
        }
        catch (InvalidDicomException error)
        {
            refused = error;
        }

        Assert.That(refused?.Reason, Is.EqualTo(reason));
        Assert.That(refused?.Offset ?? 140, Is.InRange(140, bytes.Length));
    }

    /// <summary>Reads from memory and from a stream, which must give the same; compares depth, tag and representation.</summary>
    private static async Task AssertReadsAsync(DicomFileBuilder file, params string[] expected)
    {
        DicomDataset[] both = await ReadBothAsync(file.ToArray());
        using DicomDataset memory = both[0];
        using DicomDataset streamed = both[1];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Lines(memory), Is.EqualTo(expected));
            Assert.That(DatasetText.DescribeAll(streamed), Is.EqualTo(DatasetText.DescribeAll(memory)));
        }
    }

    private static IEnumerable<string> Lines(DicomDataset dataset) =>
        from line in DatasetText.Describe(dataset).Skip(1)
        where !line.Contains("fragment", StringComparison.Ordinal)
        select string.Join(' ', line.Split(' ').Take(3));

    private static async Task<DicomDataset[]> ReadBothAsync(byte[] bytes)
    {
        DicomDataset memory = await Part10Reader.ReadAsync(bytes);
        using var stream = new MemoryStream(bytes);
        return [memory, await Part10Reader.ReadAsync(stream, null, null, CancellationToken.None)];
    }
}
