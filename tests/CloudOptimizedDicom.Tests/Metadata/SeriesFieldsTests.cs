using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Tests.Metadata;

public sealed class SeriesFieldsTests
{
    [TestCase("12345678901234567890")]
    [TestCase("1.50")]
    [TestCase("null")]
    [TestCase("{\"a\" : [1, {}]}")]
    public void Set_Json_IsKeptAsItIsWritten(string json)
    {
        var fields = new SeriesFields();
        fields.Set("x", Encoding.UTF8.GetBytes(json));
        Assert.That(Get(fields, "x"), Is.EqualTo(json));
    }

    [Test]
    public void Set_Element_KeepsItsNumbers()
    {
        var fields = new SeriesFields();
        fields.Set("x", JsonDocument.Parse("[12345678901234567890, 1.50, \"é\"]").RootElement);
        Assert.That(Get(fields, "x"), Is.EqualTo("[12345678901234567890,1.50,\"é\"]"));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("1 2")]
    [TestCase("NaN")]
    [TestCase("[1,]")]
    [TestCase("/**/1")]
    public void Set_SomethingElse_IsRefused(string json) =>
        Assert.That(() => new SeriesFields().Set("x", Encoding.UTF8.GetBytes(json)), Throws.ArgumentException);

    [Test]
    public void Set_UndefinedElement_IsRefused() =>
        Assert.That(() => new SeriesFields().Set("x", default(JsonElement)), Throws.ArgumentException);

    [TestCase("study_uid")]
    [TestCase("series_uid")]
    [TestCase("deid_study_uid")]
    [TestCase("deid_anything")]
    [TestCase("cod")]
    [TestCase("")]
    public void Set_ReservedName_IsRefused(string name) =>
        Assert.That(() => new SeriesFields().Set(name, "1"u8.ToArray()), Throws.ArgumentException);

    [Test]
    public void Set_NameThatIsThere_ChangesTheValueInItsPlace()
    {
        var fields = new SeriesFields();
        fields.Set("a", "1"u8.ToArray());
        fields.Set("b", "2"u8.ToArray());
        fields.Set("a", "3"u8.ToArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fields.Names, Is.EqualTo(new[] { "a", "b" }));
            Assert.That(Get(fields, "a"), Is.EqualTo("3"));
            Assert.That(fields.Remove("a"), Is.True);
            Assert.That(fields.Remove("a"), Is.False);
            Assert.That(fields.TryGet("a", out _), Is.False);
        }
    }

    [Test]
    public void Set_BytesThatChangeLater_AreCopied()
    {
        byte[] json = "1"u8.ToArray();
        var fields = new SeriesFields();
        fields.Set("x", json);
        json[0] = (byte)'2';
        Assert.That(Get(fields, "x"), Is.EqualTo("1"));
    }

    private static string? Get(SeriesFields fields, string name) =>
        fields.TryGet(name, out ReadOnlyMemory<byte> json) ? Encoding.UTF8.GetString(json.Span) : null;
}
