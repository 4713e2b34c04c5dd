using System.Buffers;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>The elements that the Python library leaves out because they do not convert: here they are what the file has.</summary>
public sealed class DroppedElementTests
{
    private const string Garbage = "41474252";

    private static readonly JsonElement Dropped = JsonDocument.Parse(File.ReadAllBytes(Repository.TestData("dropped_elements.json"))).RootElement;

    /// <summary>Numbers where the text is one, else the text itself; null for nothing; bytes in base64 where they are no number.</summary>
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["odd_at_len6 00280009"] = """{"vr":"UN","InlineBinary":"GABjEAEA"}""",
        ["odd_cs_utf8_bad 00080080"] = """{"vr":"LO","Value":["ok\uFFFD("]}""",
        ["odd_cs_utf8_bad 00100010"] = """{"vr":"PN","Value":[{"Alphabetic":"Bad\uFFFD\uFFFDUtf^\uFFFD"}]}""",
        ["odd_ds_comma 00180050"] = """{"vr":"DS","Value":["1,5"]}""",
        ["odd_ds_long 00180050"] = """{"vr":"DS","Value":["0.12345678901234567890123"]}""",
        ["odd_ds_multi_bad 00181120"] = """{"vr":"DS","Value":[1.0,"x",3.0]}""",
        ["odd_ds_nan 00180050"] = """{"vr":"DS","Value":["NaN"]}""",
        ["odd_ds_nan 00181120"] = """{"vr":"DS","Value":["inf"]}""",
        ["odd_ds_text 00180050"] = """{"vr":"DS","Value":["abc"]}""",
        ["odd_fd_len6 00189073"] = """{"vr":"UN","InlineBinary":"AAAAAAAA"}""",
        ["odd_garbage_tail 41474252"] = """{"vr":"UN","InlineBinary":"VEFJTCBCWVRFUyEh"}""",
        ["odd_implicit_ambiguous 00280106"] = """{"vr":"UN","InlineBinary":"/v8="}""",
        ["odd_implicit_ambiguous 00280120"] = """{"vr":"UN","InlineBinary":"AQA="}""",
        ["odd_implicit_ambiguous 00281101"] = """{"vr":"UN","InlineBinary":"AAEAABAA"}""",
        ["odd_implicit_ambiguous 00283002"] = """{"vr":"UN","InlineBinary":"AAEAABAA"}""",
        ["odd_is_big 00201209"] = """{"vr":"IS","Value":["99999999999"]}""",
        ["odd_is_exp 00201209"] = """{"vr":"IS","Value":["1E2"]}""",
        ["odd_is_frac 00201209"] = """{"vr":"IS","Value":["1.5"]}""",
        ["odd_is_text 00201209"] = """{"vr":"IS","Value":["abc"]}""",
        ["odd_is_whole_float 00201209"] = """{"vr":"IS","Value":["2.0"]}""",
        ["odd_long_lo 00080050"] = $$"""{"vr":"SH","Value":["{{new string('S', 40)}}"]}""",
        ["odd_long_lo 00081030"] = $$"""{"vr":"LO","Value":["{{new string('L', 200)}}"]}""",
        ["odd_pn 00081048"] =
            """{"vr":"PN","Value":[{"Alphabetic":"A^B"},{"Alphabetic":"","Ideographic":"C"},{"Alphabetic":"","Ideographic":"","Phonetic":"D"},{"Alphabetic":"E","Ideographic":"F","Phonetic":"G=H"}]}""",
        ["odd_pn 00081070"] = """{"vr":"PN","Value":[{"Alphabetic":"One"},null,{"Alphabetic":"Three"}]}""",
        ["odd_ui_bad 00080014"] = """{"vr":"UI","Value":["1.2.03"]}""",
        ["odd_ui_bad 00081195"] = """{"vr":"UI","Value":["not.a.uid"]}""",
        ["odd_us_len3 00280106"] = """{"vr":"UN","InlineBinary":"AQAC"}""",
        ["odd_vr_unknown_XX 00091001"] = """{"vr":"UN","InlineBinary":"YWI="}""",
        ["odd_vrzoo 00080050"] = """{"vr":"SH","Value":["  lead and trail"]}""",
        ["odd_vrzoo 00181111"] = """{"vr":"DS","Value":["1234567890.123456"]}""",
        ["odd_vrzoo 00181120"] = """{"vr":"DS","Value":[0.1,0.2,0.3,null,5.0]}""",
        ["odd_vrzoo 00181152"] = """{"vr":"IS","Value":[-3,4,null,5]}""",
        ["odd_vrzoo 00181164"] = """{"vr":"DS","Value":[100.0,100000.0,"12345678901234567890"]}""",
    };

    internal static IEnumerable<string> Inputs() =>
        from input in Dropped.EnumerateObject()
        where input.Value.TryGetProperty("dropped", out JsonElement tags) && tags.EnumerateObject().Any()
        select input.Name;

    [TestCaseSource(nameof(Inputs))]
    public async Task Write_ElementsThatPythonDropped_HaveWhatTheFileHas(string input)
    {
        JsonElement actual = await WriteAsync(input);
        using (Assert.EnterMultipleScope())
        {
            foreach (JsonProperty tag in Dropped.GetProperty(input).GetProperty("dropped").EnumerateObject())
            {
                JsonElement expected = JsonDocument.Parse(Expected[$"{Path.GetDirectoryName(input)} {tag.Name}"]).RootElement;
                Assert.That(JsonComparison.FindDifference(expected, actual.GetProperty(tag.Name), tag.Name), Is.Null);
            }
        }
    }

    [TestCaseSource(nameof(Inputs))]
    public async Task Write_ElementsThatPythonDropped_StandInFileOrder(string input)
    {
        // These files have their tags in ascending order, but for the garbage at the end of one.
        JsonElement actual = await WriteAsync(input);
        string[] names = [.. actual.EnumerateObject().Select(member => member.Name).TakeWhile(name => !name.StartsWith("0002", StringComparison.Ordinal))];
        Assert.That(names[^1] == Garbage ? names[..^1] : names, Is.Ordered);
    }

    [Test]
    public void Expected_Elements_AreThoseThatPythonDropped() => Assert.That(
        Inputs().SelectMany(input => Dropped.GetProperty(input).GetProperty("dropped").EnumerateObject(), (input, tag) => $"{Path.GetDirectoryName(input)} {tag.Name}"),
        Is.EquivalentTo(Expected.Keys));

    private static async Task<JsonElement> WriteAsync(string input)
    {
        using DicomDataset dataset = await Part10Reader.ReadAsync(await File.ReadAllBytesAsync(Repository.TestData("dicom", input)));
        var output = new ArrayBufferWriter<byte>();
        DicomJsonWriter.Write(output, dataset, "series.tar://instances/1.dcm");
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }
}
