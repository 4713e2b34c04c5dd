using System.Text;
using CloudOptimizedDicom.Json;

namespace CloudOptimizedDicom.Tests.Json;

public sealed class DicomJsonComparisonTests
{
    [TestCase("""{"vr":"DS","Value":[1.0,1e2]}""", """{"vr":"DS","Value":[1,100.0]}""")]
    [TestCase("""{"vr":"UV","Value":[18446744073709551615]}""", """{"vr":"UV","Value":[18446744073709551615]}""")]
    [TestCase("""{"vr":"FD","Value":[NaN,-Infinity]}""", """{"vr":"FD","Value":["NaN","-Infinity"]}""")]
    [TestCase("""{"vr":"LO","Value":["\u00e9"]}""", """{"vr":"LO","Value":["é"]}""")]
    [TestCase("""{"vr":"OW","BulkDataURI":{"uri":"a","head":"x"}}""", """{"BulkDataURI":{"head":"x","uri":"b"},"vr":"OW"}""")]
    public void FindDifferences_SameMeaning_FindsNone(string one, string other) => Assert.That(Compare(one, other), Is.Empty);

    [TestCase("""{"vr":"DS","Value":[1.0]}""", """{"vr":"DS","Value":[1.5]}""")]
    [TestCase("""{"vr":"UV","Value":[18446744073709551615]}""", """{"vr":"UV","Value":[18446744073709551614]}""")]
    [TestCase("""{"vr":"IS","Value":[1]}""", """{"vr":"IS","Value":["1"]}""")]
    [TestCase("""{"vr":"IS","Value":[1,2]}""", """{"vr":"IS","Value":[1]}""")]
    [TestCase("""{"vr":"IS","Value":[1]}""", """{"vr":"DS","Value":[1]}""")]
    [TestCase("""{"vr":"OW","BulkDataURI":{"uri":"a","head":"x"}}""", """{"vr":"OW","BulkDataURI":{"uri":"a","head":"y"}}""")]
    [TestCase("""{"vr":"SQ","Value":[{"00080050":{"vr":"SH"}}]}""", """{"vr":"SQ","Value":[{}]}""")]
    public void FindDifferences_OtherMeaning_NamesTheTag(string one, string other) =>
        Assert.That(Compare(one, other), Is.EqualTo(new[] { "00100010" }));

    [Test]
    public void FindDifferences_TagOfOneOnly_NamesIt() => Assert.That(
        DicomJsonComparison.FindDifferences(Parse("""{"00080050":{"vr":"SH"}}"""), Parse("""{"00080060":{"vr":"CS"}}""")),
        Is.EqualTo(new[] { "00080050", "00080060" }));

    private static IReadOnlyList<string> Compare(string one, string other) =>
        DicomJsonComparison.FindDifferences(Parse($$"""{"00100010":{{one}}}"""), Parse($$"""{"00100010":{{other}}}"""));

    private static DicomJsonDataset Parse(string json) => DicomJsonDataset.Parse(Encoding.UTF8.GetBytes(json));
}
