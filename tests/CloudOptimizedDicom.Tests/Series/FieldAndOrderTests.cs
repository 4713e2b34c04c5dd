using System.Globalization;
using System.Text.Json;
using CloudOptimizedDicom.Part10;
using CloudOptimizedDicom.Tests.Golden;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Fields of the metadata, and instances in another order than the stored one.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class FieldAndOrderTests(StoreKind kind) : EitherStoreFixture(kind)
{
    [TestCase("null")]
    [TestCase("\"größer\"")]
    [TestCase("123456789012345678901234567890")]
    [TestCase("""{"a": [1.50, {"b": null}], "c": true}""")]
    public async Task SetField_AnyJson_IsReadBackAfterAnAppend(string json)
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => Task.Run(() => series.SetField("mine", JsonDocument.Parse(json).RootElement)));
        await StoreAsync(CodMode.Append, "2.dcm");
        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(JsonElement.DeepEquals(read.GetField("mine")!.Value, JsonDocument.Parse(json).RootElement), Is.True);
            Assert.That(read.FieldNames, Is.EqualTo(new[] { "mine" }));
            Assert.That(read.GetField("other"), Is.Null);
        }
    }

    [Test]
    public async Task RemoveField_StoredOne_IsGone()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        await Datastore.UpdateSeriesAsync(Study, SeriesUid, CodMode.Append, series => Task.Run(() => series.SetField("mine", JsonDocument.Parse("1").RootElement)));
        await using (CodObject series = await OpenSeriesAsync(CodMode.Append))
        {
            Assert.That((series.RemoveField("mine"), series.RemoveField("mine")), Is.EqualTo((true, false)));
            await series.SyncAsync();
        }

        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        Assert.That(read.FieldNames, Is.Empty);
        Assert.Throws<WriteOperationInReadModeException>(() => read.SetField("mine", JsonDocument.Parse("1").RootElement));
    }

    [TestCase("cod")]
    [TestCase("study_uid")]
    [TestCase("deid_series_uid")]
    [TestCase("")]
    public async Task SetField_NameOfTheFormat_IsRefused(string name)
    {
        await using CodObject series = await OpenSeriesAsync(CodMode.Write);
        Assert.Throws<ArgumentException>(() => series.SetField(name, JsonDocument.Parse("1").RootElement));
        Assert.Throws<ArgumentException>(() => series.RemoveField(name));
        Assert.That(series.HasPendingChanges, Is.False);
    }

    [Test]
    public async Task GetInstances_ByPosition_IsPythonsOrderAndLeavesTheStoredOne()
    {
        var golden = new GoldenSeries("ct5__v2");
        await StoreAsync(golden.Id, CodMode.Write, golden.Steps[0].Input.Select(file => new Instance(file)));
        await using CodObject read = await OpenSeriesAsync(CodMode.Read, golden.Id);
        string[] stored = [.. read.GetInstances().Select(instance => instance.Record!.Uid)];
        string[] sorted = [.. read.GetInstances(InstanceOrder.Position, strict: true).Select(instance => instance.Record!.Uid)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sorted, Is.EqualTo(stored.Order(StringComparer.Ordinal)).And.Not.EqualTo(stored));
            Assert.That(read.GetInstances().Select(instance => instance.Record!.Uid), Is.EqualTo(stored));
        }
    }

    [TestCase("2,10,9", "", ExpectedResult = "0,2,1")]
    [TestCase("2,2,1", "", ExpectedResult = "2,0,1")]
    [TestCase("2,,1", "3.5,-1,0", ExpectedResult = "1,2,0")]
    [TestCase("2,abc,1", "3.5,-1,0", ExpectedResult = "1,2,0")]
    [TestCase("2,abc,1", "3.5,,0", ExpectedResult = "0,1,2")]
    [TestCase("", "", ExpectedResult = "0,1,2")]
    public async Task<string> GetInstances_ByPosition_TakesNumberElseLocationElseTheStoredOrder(string numbers, string locations)
    {
        await StoreAsync(Id, CodMode.Write, Enumerable.Range(0, 3).Select(i => new Instance(Build(i, At(numbers, i), At(locations, i)))));
        await using CodObject read = await OpenSeriesAsync(CodMode.Read);
        string order = string.Join(',', read.GetInstances(InstanceOrder.Position).Select(instance => instance.Record!.Uid[^1]));
        if (order == "0,1,2")
        {
            Assert.Throws<InstanceOrderException>(() => read.GetInstances(InstanceOrder.Position, strict: true));
        }

        return order;
    }

    private static string? At(string texts, int index) => texts.Length == 0 ? null : texts.Split(',')[index];

    private string Build(int index, string? number, string? location)
    {
        DicomFileBuilder file = DicomFileBuilder.Create()
            .Element(DicomTag.SOPInstanceUID, DicomVr.UI, string.Create(CultureInfo.InvariantCulture, $"{SeriesUid}.{index}"))
            .Element(DicomTag.StudyInstanceUID, DicomVr.UI, Study)
            .Element(DicomTag.SeriesInstanceUID, DicomVr.UI, SeriesUid);
        file = number is null ? file : file.Element(DicomTag.InstanceNumber, DicomVr.IS, number);
        file = location is null ? file : file.Element(DicomTag.SliceLocation, DicomVr.DS, location);
        string path = Path.Combine(Folder, $"{index}.dcm");
        File.WriteAllBytes(path, file.ToArray());
        return path;
    }
}
