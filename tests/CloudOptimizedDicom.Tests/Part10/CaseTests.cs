using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Files that were once read wrongly, with the right value of each; the text beside a file says what is in it.</summary>
public sealed class CaseTests
{
    private const string Item = """{"00081150":{"vr":"UI","Value":["1.2.3"]}}""";

    [TestCase("d1a_implicit_element_in_explicit", "00204000", """{"vr":"LT","Value":["late"]}""", "472+4 476+4", "MixedEncoding")]
    [TestCase("d1a_implicit_element_in_explicit", "7FE00010", """{"vr":"OB","InlineBinary":"AAECAwQFBgc="}""", "472+4 476+4", "MixedEncoding")]
    [TestCase("d1c_pixeldata_without_vr", "7FE00010", """{"vr":"OW","InlineBinary":"AAECAwQFBgc="}""", "456+4 460+4", "MixedEncoding")]
    [TestCase("d2a_un_undef_item_length_BD", "0020000E", """{"vr":"UI","Value":["1.2.3.4.905"]}""", "17990+4 17994+4", "")]
    [TestCase("d3_pixeldata_un_undefined", "00280008", """{"vr":"IS","Value":[2]}""", "478+16 502+16", "FragmentsUnderOtherVr")]
    [TestCase("d4_ds_cut_by_end_of_file", "00281050", """{"vr":"UN","InlineBinary":"MTI="}""", "", "EndsEarly")]
    [TestCase("d5_deflate_with_zlib_header", "00100020", """{"vr":"LO","Value":["A"]}""", "", "DeflateWithZlibHeader")]
    [TestCase("d6_jpegls_fill_byte_before_soi", "00280008", """{"vr":"IS","Value":[2]}""", "478+28 514+26", "")]
    [TestCase("d7a_last_item_overhangs", "00081140", $$$"""{"vr":"SQ","Value":[{{{Item}}},{"00081150":{"vr":"UI","Value":["1.2.4"]}}]}""", "", "LengthTooLong")]
    [TestCase("d7c_items_behind_zero_length_sq", "00081140", $$$"""{"vr":"SQ","Value":[{{{Item}}}]}""", "", "ItemsOutsideSequence")]
    [TestCase("d7c_items_behind_zero_length_sq", "0020000E", """{"vr":"UI","Value":["1.2.3.4.703"]}""", "", "ItemsOutsideSequence")]
    public async Task FromFileAsync_Case_HasTheValueBesideIt(string file, string tag, string expected, string frames, string warnings)
    {
        InstanceScan scan = await InstanceScan.FromFileAsync(Repository.TestData("cases", $"{file}.dcm"));
        using var json = JsonDocument.Parse(scan.DicomJson);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.RootElement.GetProperty(tag).GetRawText(), Is.EqualTo(expected));
            Assert.That(string.Join(' ', Frames(scan.Frames)), Is.EqualTo(frames));
            Assert.That(string.Join(' ', scan.Warnings.Select(warning => warning.Kind)), Is.EqualTo(warnings));
            Assert.That((scan.InstanceUid, scan.SeriesUid, scan.StudyUid), Is.Not.EqualTo(default((string?, string?, string?))));
            Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Has.None.Matches<string>(name => name.StartsWith('6') || name.StartsWith('4')), "no garbage");
        }
    }

    [Test]
    public async Task FromFileAsync_ConformingItemThatLooksExplicit_IsWhole()
    {
        InstanceScan scan = await InstanceScan.FromFileAsync(Repository.TestData("cases", "d2a_un_undef_item_length_BD.dcm"));
        using DicomDataset dataset = await Part10Reader.ReadAsync(await File.ReadAllBytesAsync(Repository.TestData("cases", "d2a_un_undef_item_length_BD.dcm")));
        int sequence = dataset.Find(new DicomTag(0x00091001));
        Assert.That((scan.HasPixelData, dataset[sequence + 2].Tag.Value, dataset[sequence + 2].Length), Is.EqualTo((true, 0x00091010u, 0x4442L)));
    }

    private static IEnumerable<string> Frames(FrameIndex? frames)
    {
        for (int i = 0; i < (frames?.Count ?? 0); i++)
        {
            yield return $"{frames![i].Offset}+{frames[i].Length}";
        }
    }
}
