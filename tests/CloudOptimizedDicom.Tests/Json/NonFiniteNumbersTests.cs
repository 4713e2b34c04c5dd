using System.Text;
using CloudOptimizedDicom.Json;

namespace CloudOptimizedDicom.Tests.Json;

public sealed class NonFiniteNumbersTests
{
    [TestCase("[NaN]", "[\"NaN\"]")]
    [TestCase("[-Infinity, 1.0]", "[\"-Infinity\", 1.0]")]
    [TestCase("{\"NaN\": Infinity}", "{\"NaN\": \"Infinity\"}")]
    [TestCase("[\"a\\\"NaN\", NaN,NaN]", "[\"a\\\"NaN\", \"NaN\",\"NaN\"]")]
    [TestCase("[\"\\\\\",NaN]", "[\"\\\\\",\"NaN\"]")]
    [TestCase("-Infinity", "\"-Infinity\"")]
    [TestCase("Infinity", "\"Infinity\"")]
    public void Quote_BareWords_AreQuoted(string json, string expected) => Assert.That(Quote(json), Is.EqualTo(expected));

    [TestCase("[1, \"NaN\", \"-Infinity\"]")]
    [TestCase("Nan")]
    [TestCase("\"NaN")]
    [TestCase("\"NaN\\")]
    [TestCase("")]
    public void Quote_NoBareWord_GivesNoCopy(string json) => Assert.That(Quote(json), Is.Null);

    [FsCheck.NUnit.Property]
    public bool Quote_AnyBytes_EndsAndAddsPairsOfQuotes(byte[] bytes)
    {
        byte[] json = [.. bytes.SelectMany(value => "NaN,Infinity,\",\\,-,[,x".Split(',')[value % 7].Select(letter => (byte)letter))];
        byte[] quoted = NonFiniteNumbers.Quote(json) ?? json;
        return (quoted.Length - json.Length) % 2 == 0
            && quoted.Where(value => value != '"').SequenceEqual(json.Where(value => value != '"'));
    }

    private static string? Quote(string json) =>
        NonFiniteNumbers.Quote(Encoding.UTF8.GetBytes(json)) is { } quoted ? Encoding.UTF8.GetString(quoted) : null;
}
