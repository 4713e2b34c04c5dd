using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Elements without value representation between explicit ones, and the other way round.</summary>
public sealed class MixedEncodingTests
{
    private static readonly TransferSyntax Explicit = TransferSyntax.ExplicitVrLittleEndian;
    private static readonly TransferSyntax Implicit = TransferSyntax.ImplicitVrLittleEndian;
    private static readonly DicomTag PrivateCreator = new(0x00090010);
    private static readonly DicomTag PrivateElement = new(0x00091001);

    /// <summary>An element of the other encoding: its tag, representation and bytes.</summary>
    private static readonly (DicomTag Tag, DicomVr Vr, int Bytes)[] Odd =
    [
        (DicomTag.ImageComments, DicomVr.LT, 0),
        (DicomTag.ImageComments, DicomVr.LT, 4),
        (DicomTag.ImageComments, DicomVr.LT, 90),
        (DicomTag.ImageComments, DicomVr.LT, 1000),
        (DicomTag.ImageComments, DicomVr.LT, 0x2020),
        (DicomTag.FrameOfReferenceUID, DicomVr.UI, 20),
        (DicomTag.PixelSpacing, DicomVr.DS, 8),
        (new DicomTag(0x60003000), DicomVr.OW, 500),
    ];

    [Test]
    public async Task ReadAsync_OneElementOfTheOtherEncoding_CostsNoOther([Values] bool isExplicit, [Range(0, 7)] int odd, [Values(8, 2000, 0x4F4C, 0x84F4C)] int pixelBytes)
    {
        (TransferSyntax syntax, TransferSyntax other) = isExplicit ? (Explicit, Implicit) : (Implicit, Explicit);
        (DicomTag tag, DicomVr vr, int bytes) = Odd[odd];
        DicomFileBuilder file = DicomFileBuilder.Create(syntax)
            .Element(DicomTag.PatientID, DicomVr.LO, "P1")
            .In(other, f => f.Element(tag, vr, new string('7', bytes)))
            .Element(new DicomTag(0x60010010), DicomVr.LO, "ACME")
            .In(other, f => f.Element(DicomTag.PixelData, DicomVr.OW, new byte[pixelBytes]));
        await AssertReadsAsync(file, ("00100020", "LO", 2), (tag.ToJsonName(), vr.ToLetters(), bytes), ("60010010", "LO", 4), ("7FE00010", "OW", pixelBytes));
    }

    [Test]
    public async Task ReadAsync_SequenceOfTheOtherEncoding_IsReadWithItsItems([Values] bool isExplicit, [Values] bool isDefined, [Values] bool isItemDefined)
    {
        (TransferSyntax syntax, TransferSyntax other) = isExplicit ? (Explicit, Implicit) : (Implicit, Explicit);
        DicomFileBuilder file = DicomFileBuilder.Create(syntax)
            .Element(DicomTag.PatientID, DicomVr.LO, "P1")
            .In(other, f => f.Sequence(DicomTag.RequestAttributesSequence, isDefined, items => items
                .Item(isItemDefined, item => item.Element(DicomTag.ScheduledProcedureStepID, DicomVr.SH, "S1").Element(DicomTag.Rows, DicomVr.US, [5, 0]))))
            .Element(new DicomTag(0x7FE10010), DicomVr.LO, "ACME");
        using DicomDataset dataset = await ReadAsync(file);
        int sequence = dataset.Find(DicomTag.RequestAttributesSequence);
        Assert.That(dataset[sequence].Vr, Is.EqualTo(DicomVr.SQ));
        Assert.That((dataset[sequence + 2].Tag, dataset[sequence + 2].Vr), Is.EqualTo((DicomTag.ScheduledProcedureStepID, DicomVr.SH)));
        Assert.That((dataset[sequence + 3].Tag, dataset[sequence + 3].Vr), Is.EqualTo((DicomTag.Rows, DicomVr.US)));
        Assert.That(dataset.Find(new DicomTag(0x7FE10010)), Is.EqualTo(sequence + 4));
    }

    /// <summary>The item of such a sequence is implicit; only where that makes no sense is it what the letters say.</summary>
    [TestCase(0x4442, TestName = "ReadAsync_UnknownSequenceWithALengthOfBD_IsImplicit")]
    [TestCase(0x4F4C, TestName = "ReadAsync_UnknownSequenceWithALengthOfLO_IsImplicit")]
    [TestCase(0x64F4C, TestName = "ReadAsync_UnknownSequenceWithALengthOfLO6_IsImplicit")]
    [TestCase(0x5344, TestName = "ReadAsync_UnknownSequenceWithALengthOfDS_IsImplicit")]
    [TestCase(6, TestName = "ReadAsync_UnknownSequenceWithAShortLength_IsImplicit")]
    public async Task ReadAsync_UnknownSequence_IsImplicit(int bytes)
    {
        byte[] value = new byte[bytes];
        new Random(1).NextBytes(value);
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Element(PrivateCreator, DicomVr.LO, "ACME")
            .Sequence(PrivateElement, isDefined: false, vr: DicomVr.UN, writeItems: items => items.In(Implicit, f => f
                .Item(isDefined: false, item => item.Element(new DicomTag(0x00091010), DicomVr.OB, value))))
            .Element(DicomTag.PatientID, DicomVr.LO, "P1");
        using DicomDataset dataset = await ReadAsync(file);
        int sequence = dataset.Find(PrivateElement);
        Assert.That((dataset[sequence + 2].Tag.Value, dataset[sequence + 2].Length), Is.EqualTo((0x00091010u, (long)bytes)));
        Assert.That(dataset.GetText(DicomTag.PatientID), Is.EqualTo("P1"));
        Assert.That(dataset.Warnings, Is.Empty);
    }

    [Test]
    public async Task ReadAsync_UnknownSequenceThatIsExplicit_IsReadSo([Values] bool isItemDefined)
    {
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Sequence(PrivateElement, isDefined: false, vr: DicomVr.UN, writeItems: items => items
                .Item(isItemDefined, item => item.Element(PrivateCreator, DicomVr.LO, "ACME").Element(new DicomTag(0x00091010), DicomVr.SH, "S1")))
            .Element(DicomTag.PatientID, DicomVr.LO, "P1");
        using DicomDataset dataset = await ReadAsync(file);
        int sequence = dataset.Find(PrivateElement);
        Assert.That((dataset[sequence + 2].Vr, dataset[sequence + 3].Vr, dataset[sequence + 3].Length), Is.EqualTo((DicomVr.LO, DicomVr.SH, 2L)));
        Assert.That(dataset.Warnings.Single().Kind, Is.EqualTo(DicomWarningKind.MixedEncoding));
    }

    /// <summary>What real writers put where a representation belongs; the length behind it has 16 bits.</summary>
    [Test]
    public async Task ReadAsync_RepresentationThatIsNone_HasAShortLength(
        [Values("  ", "--", "??", "XX", "ZZ")] string letters, [Values(0, 2, 32, 500)] int bytes, [Values] bool isLast)
    {
        DicomFileBuilder file = DicomFileBuilder.Create().Element(DicomTag.PatientID, DicomVr.LO, "P1")
            .Raw([0x18, 0, 0x30, 0x10, (byte)letters[0], (byte)letters[1], (byte)bytes, (byte)(bytes >> 8)]).Raw(new byte[bytes]);
        if (!isLast)
        {
            file.Element(DicomTag.Rows, 5).Element(DicomTag.Columns, 6);
        }

        using DicomDataset dataset = await ReadAsync(file);
        Assert.That(dataset[dataset.DatasetStart + 1].Length, Is.EqualTo(bytes));
        Assert.That(dataset.Count - dataset.DatasetStart, Is.EqualTo(isLast ? 2 : 4));
        Assert.That(dataset.Warnings, Is.Empty);
    }

    [Test]
    public async Task ReadAsync_TransferSyntaxThatLies_IsReadAsItIsWithAWarning([Values] bool isExplicit)
    {
        DicomFileBuilder file = DicomFileBuilder.Create(isExplicit ? Implicit : Explicit).In(isExplicit ? Explicit : Implicit, f => f
            .Element(DicomTag.PatientID, DicomVr.LO, "P1").Element(DicomTag.Rows, 5).Element(DicomTag.PixelData, DicomVr.OW, new byte[5000]));
        await AssertReadsAsync(file, ("00100020", "LO", 2), ("00280010", "US", 2), ("7FE00010", "OW", 5000));
    }

    [Test]
    public async Task ReadAsync_PixelsOfUnknownRepresentation_AreFragmentsUnderAnEncapsulatedSyntaxOnly([Values("UN", "SQ", "OW", "OB")] string vr)
    {
        DicomFileBuilder file = DicomFileBuilder.Create(TransferSyntax.FromUid("1.2.840.10008.1.2.5")).Element(DicomTag.Rows, 5)
            .Header(DicomTag.PixelData, Enum.Parse<DicomVr>(vr), DicomFileBuilder.UndefinedLength).ItemHeader(0).ItemHeader(4).Raw("abcd"u8).SequenceDelimiter();
        using DicomDataset dataset = await ReadAsync(file);
        Assert.That(dataset[dataset.Find(DicomTag.PixelData)].Vr, Is.EqualTo(DicomVr.OB));
        Assert.That(dataset.Fragments.Select(fragment => fragment.Length), Is.EqualTo(new long[] { 0, 4 }));
        Assert.That(dataset.Warnings.Select(warning => warning.Kind), Is.EqualTo(vr is "UN" or "SQ" ? [DicomWarningKind.FragmentsUnderOtherVr] : Array.Empty<DicomWarningKind>()));
    }

    private static async Task AssertReadsAsync(DicomFileBuilder file, params (string Tag, string Vr, long Length)[] expected)
    {
        using DicomDataset dataset = await ReadAsync(file);
        Assert.That(
            Enumerable.Range(dataset.DatasetStart, dataset.Count - dataset.DatasetStart).Select(i => (dataset[i].Tag.ToJsonName(), dataset[i].Vr.ToLetters(), dataset[i].Length)),
            Is.EqualTo(expected));
        Assert.That(dataset.Warnings.Select(warning => warning.Kind), Is.EqualTo([DicomWarningKind.MixedEncoding]));
    }

    /// <summary>From memory; a stream in any portions must give the same.</summary>
    private static async Task<DicomDataset> ReadAsync(DicomFileBuilder file)
    {
        byte[] bytes = file.ToArray();
        DicomDataset dataset = await Part10Reader.ReadAsync(bytes);
        foreach (int portion in new[] { 1, 7, 131, 133 })
        {
            using var stream = new TricklingStream(bytes, () => portion);
            using DicomDataset streamed = await Part10Reader.ReadAsync(stream, null, null, CancellationToken.None);
            Assert.That(DatasetText.DescribeAll(streamed), Is.EqualTo(DatasetText.DescribeAll(dataset)), $"portions of {portion}");
            Assert.That(streamed.Warnings, Is.EqualTo(dataset.Warnings));
        }

        return dataset;
    }
}
