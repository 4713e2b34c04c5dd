using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Part10.Dictionary;

namespace CloudOptimizedDicom.Tests.Part10;

public sealed class DicomDictionaryTests
{
    [Test]
    public void TryGet_PatientName_TellsEverything()
    {
        Assert.That(DicomDictionary.TryGet(DicomTag.PatientName, out DicomDictionaryEntry? entry), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry!.Tag, Is.EqualTo(new DicomTag(0x00100010)));
            Assert.That(entry.Vr, Is.EqualTo(DicomVr.PN));
            Assert.That(entry.Keyword, Is.EqualTo("PatientName"));
            Assert.That(entry.Name, Is.EqualTo("Patient's Name"));
            Assert.That(entry.ValueMultiplicity, Is.EqualTo("1"));
            Assert.That(entry.IsRetired, Is.False);
        }
    }

    [TestCase(0x60023000u, "OverlayData", DicomVr.OB, false)]
    [TestCase(0x501E0010u, "NumberOfPoints", DicomVr.US, true)]
    [TestCase(0x002031A7u, "SourceImageIDs", DicomVr.CS, true)]
    [TestCase(0x10001234u, "ShiftTableSize", DicomVr.US, true)]
    [TestCase(0x10100FEDu, "ZonalMap", DicomVr.US, true)]
    [TestCase(0x7F120010u, "VariablePixelData", DicomVr.OB, true)]
    public void TryGet_RepeatingElement_FindsItUnderEachTag(uint value, string keyword, DicomVr vr, bool retired)
    {
        Assert.That(DicomDictionary.TryGet(new DicomTag(value), out DicomDictionaryEntry? entry), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entry!.Tag.Value, Is.EqualTo(value));
            Assert.That(entry.Keyword, Is.EqualTo(keyword));
            Assert.That(entry.Vr, Is.EqualTo(vr));
            Assert.That(entry.IsRetired, Is.EqualTo(retired));
        }
    }

    [TestCase(0x00090010u)]
    [TestCase(0x60013000u)]
    [TestCase(0x00090000u)]
    [TestCase(0x00100011u)]
    public void TryGet_PrivateOrUnknown_FindsNothing(uint value)
    {
        Assert.That(DicomDictionary.TryGet(new DicomTag(value), out _), Is.False);
        Assert.That(DicomDictionary.FindVr(new DicomTag(value)), Is.EqualTo(DictionaryVr.None));
    }

    [TestCase(0x00000000u, "Command Group Length")]
    [TestCase(0x00020000u, "File Meta Information Group Length")]
    [TestCase(0x00280000u, "Group Length")]
    [TestCase(0x60040000u, "Group Length")]
    [TestCase(0x10000000u, "Group Length")]
    public void TryGet_GroupLength_IsUnsignedLong(uint value, string name)
    {
        Assert.That(DicomDictionary.TryGet(new DicomTag(value), out DicomDictionaryEntry? entry), Is.True);
        Assert.That((entry!.Vr, entry.Name), Is.EqualTo((DicomVr.UL, name)));
        Assert.That(DicomDictionary.FindVr(new DicomTag(value)), Is.EqualTo((DictionaryVr)DicomVr.UL));
    }

    [TestCase(0x00000100u, "CommandField")]
    [TestCase(0x00080019u, "PyramidUID")]
    [TestCase(0x7FE00010u, "PixelData")]
    [TestCase(0xFFFEE000u, "Item")]
    public void GetKeyword_KnownElement_IsTheStandards(uint value, string keyword) =>
        Assert.That(DicomDictionary.GetKeyword(new DicomTag(value)), Is.EqualTo(keyword));

    [TestCase(0x00091001u)]
    [TestCase(0x00280000u)]
    [TestCase(0x00280020u)]
    public void GetKeyword_ElementWithoutOne_IsNull(uint value) =>
        Assert.That(DicomDictionary.GetKeyword(new DicomTag(value)), Is.Null);

    [TestCase("patientname", 0x00100010u)]
    [TestCase("OverlayData", 0x60003000u)]
    [TestCase("CURVEDATA", 0x50003000u)]
    public void TryGetByKeyword_AnyCase_FindsTheFirstTag(string keyword, uint value)
    {
        Assert.That(DicomDictionary.TryGetByKeyword(keyword, out DicomTag tag), Is.True);
        Assert.That(tag.Value, Is.EqualTo(value));
    }

    [TestCase("")]
    [TestCase("PatientsName")]
    [TestCase("CodeLabel")]
    public void TryGetByKeyword_NotAKeyword_FindsNothing(string keyword) =>
        Assert.That(DicomDictionary.TryGetByKeyword(keyword, out _), Is.False);

    [Test]
    public void Keywords_OfAllElements_LeadBackToTheirTags()
    {
        uint[] tags = PublicDictionary.Instance.Tags.ToArray();
        string[] lost = [.. tags.Where(t => !LeadsBack(new DicomTag(t))).Select(t => new DicomTag(t).ToString())];
        Assert.That(tags, Has.Length.GreaterThan(4900).And.Ordered);
        Assert.That(lost, Is.EqualTo(new[] { "(0008,0202)", "(0018,0061)", "(0018,9445)", "(0028,0020)", "(0400,0315)", "(300A,0782)" }));

        static bool LeadsBack(DicomTag tag) =>
            DicomDictionary.GetKeyword(tag) is { } keyword && DicomDictionary.TryGetByKeyword(keyword, out DicomTag found) && found == tag;
    }

    [Test]
    public void FindVr_OfAllElements_AgreesWithTheirEntries()
    {
        foreach (DicomTag tag in PublicDictionary.Instance.Tags.ToArray().Select(t => new DicomTag(t)))
        {
            Assert.That(DicomDictionary.TryGet(tag, out DicomDictionaryEntry? entry), Is.True);
            Assert.That(entry!.Vrs, Is.EqualTo(DicomDictionary.FindVr(tag).ToChoices()));
            Assert.That(entry.Vrs.All(vr => vr.IsStandard()), Is.True, $"{tag} {entry.Keyword}");
        }
    }

    [TestCase(0x00280106u, DicomVr.US, DicomVr.SS)]
    [TestCase(0x7FE00010u, DicomVr.OB, DicomVr.OW)]
    [TestCase(0x60003000u, DicomVr.OB, DicomVr.OW)]
    [TestCase(0x00281200u, DicomVr.US, DicomVr.SS, DicomVr.OW)]
    [TestCase(0x00283006u, DicomVr.US, DicomVr.OW)]
    [TestCase(0x00280010u, DicomVr.US)]
    [TestCase(0xFFFEE000u)]
    public void FindVr_Element_NamesItsChoices(uint value, params DicomVr[] choices)
    {
        DictionaryVr vr = DicomDictionary.FindVr(new DicomTag(value));
        Assert.That(vr.ToChoices(), Is.EqualTo(choices));
        Assert.That(vr.TryGetSingle(out _), Is.EqualTo(choices.Length == 1));
    }

    [TestCase(0x00191002u, "GEMS_ACQU_01", DicomVr.SL)]
    [TestCase(0x0019AB0Fu, "GEMS_ACQU_01", DicomVr.DS)]
    [TestCase(0x00291008u, "SIEMENS CSA HEADER", DicomVr.CS)]
    [TestCase(0x0029FF10u, "SIEMENS CSA HEADER", DicomVr.OB)]
    [TestCase(0x00290089u, "TOSHIBA_MEC_MR3", DicomVr.LO)]
    [TestCase(0x00290010u, "NEVER HEARD OF", DicomVr.LO)]
    public void FindPrivateVr_KnownCreator_TakesAnyBlock(uint value, string creator, DicomVr vr)
    {
        Assert.That(DicomDictionary.FindPrivateVr(new DicomTag(value), creator).TryGetSingle(out DicomVr found), Is.True);
        Assert.That(found, Is.EqualTo(vr));
    }

    [TestCase(0x00191002u, "NEVER HEARD OF")]
    [TestCase(0x00191002u, "gems_acqu_01")]
    [TestCase(0x00191000u, "GEMS_ACQU_01")]
    [TestCase(0x00211002u, "SIEMENS CSA HEADER")]
    public void FindPrivateVr_UnknownElement_IsNone(uint value, string creator) =>
        Assert.That(DicomDictionary.FindPrivateVr(new DicomTag(value), creator), Is.EqualTo(DictionaryVr.None));
}
