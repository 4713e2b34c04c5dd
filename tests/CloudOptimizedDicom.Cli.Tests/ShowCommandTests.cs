using System.Text.Json;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Cli.Tests;

[CancelAfter(120_000)]
public sealed class ShowCommandTests
{
    private static readonly GoldenInstance[] Stored = [.. GoldenInstance.Load("ct5__v2")];

    private string _store = "";
    private string _series = "";

    [OneTimeSetUp]
    public async Task StoreSeries()
    {
        _store = Directory.CreateTempSubdirectory("cod-show-").FullName;
        CodProcess cod = await CodProcess.RunAsync(CancellationToken.None, ["ingest", "--datastore", _store, .. Stored.Select(instance => instance.InputPath)]);
        Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
        _series = Directory.GetDirectories(Path.Combine(_store, "studies"), "*", SearchOption.AllDirectories)
            .Single(folder => File.Exists(Path.Combine(folder, "metadata.json")));
    }

    [OneTimeTearDown]
    public void DeleteStore() => Directory.Delete(_store, recursive: true);

    [Test]
    public async Task Show_Series_ListsItsInstances(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "show", _series);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
            Assert.That(cod.Output, Does.Match(@"Instances +5\b"));
            Assert.That(Stored.Select(instance => instance.Uid), Is.All.Matches<string>(cod.Output.Contains));
            Assert.That(cod.Output, Does.Not.Contain("PatientName"));
        }
    }

    [Test]
    public async Task Show_TagsOfOneInstance_PrintsItsTreeAlone(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "show", _series, "--tags", "--instance", Stored[1].Uid);
        string[] lines = cod.Output.ReplaceLineEndings("\n").Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That((cod.ExitCode, cod.Errors), Is.EqualTo((0, "")));
            Assert.That(lines.Count(line => line.Contains(" SOPInstanceUID ", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(lines, Has.Some.Match($@"^  \(0008,0018\) UI SOPInstanceUID +{Stored[1].Uid.Replace(".", @"\.", StringComparison.Ordinal)}$"));
            Assert.That(lines, Has.Some.Match(@"^  \(0010,0020\) LO PatientID +P001$"));
            Assert.That(lines, Has.Some.Match(@"^  \(7FE0,0010\) OW PixelData +\(bulk data, in the file\)$"));
        }
    }

    [Test]
    public async Task Show_Json_IsTheStoredRecordOfEachInstance(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "show", _series, "--json");
        JsonProperty[] records = [.. (await ReadRecordsAsync(cancellationToken)).EnumerateObject()];
        Assert.That((cod.ExitCode, cod.Errors, cod.JsonLines.Count), Is.EqualTo((0, "", records.Length)));
        using (Assert.EnterMultipleScope())
        {
            foreach ((JsonProperty record, JsonElement shown) in records.Zip(cod.JsonLines))
            {
                Assert.That(
                    shown.EnumerateObject().Select(member => $"{member.Name} {member.Value.GetRawText()}"),
                    Is.EqualTo(record.Value.EnumerateObject().Where(member => member.Name != "metadata").Select(member => $"{member.Name} {member.Value.GetRawText()}")));
            }
        }
    }

    [Test]
    public async Task Show_JsonTagsOfOneInstance_HasTheTagsThatPythonStores(CancellationToken cancellationToken)
    {
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, "show", _series, "--tags", "--json", "--instance", Stored[2].Uid);
        JsonElement shown = cod.JsonLines.Single().GetProperty("metadata");
        JsonElement expected = Stored[2].DicomJson;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown.EnumerateObject().Select(tag => tag.Name), Is.EqualTo(expected.EnumerateObject().Select(tag => tag.Name)));
            foreach (JsonProperty tag in expected.EnumerateObject().Where(tag => !tag.Value.TryGetProperty("BulkDataURI", out _)))
            {
                Assert.That(JsonComparison.FindDifference(tag.Value, shown.GetProperty(tag.Name), tag.Name), Is.Null);
            }

            Assert.That(
                shown.GetProperty("7FE00010").GetProperty("BulkDataURI").GetProperty("head").GetString(),
                Is.EqualTo(expected.GetProperty("7FE00010").GetProperty("BulkDataURI").GetProperty("head").GetString()));
        }
    }

    [TestCase(false, true, "--tags")]
    [TestCase(false, true, "--json")]
    [TestCase(true, false, "--json")]
    public async Task Show_NotThere_IsExitCodeFour(bool isOtherSeries, bool isOtherInstance, string option, CancellationToken cancellationToken)
    {
        string series = isOtherSeries ? _series + ".1" : _series;
        CodProcess cod = await CodProcess.RunAsync(cancellationToken, ["show", series, option, .. isOtherInstance ? (string[])["--instance", "1.2.3"] : []]);
        Assert.That((cod.ExitCode, cod.Output), Is.EqualTo((4, "")));
        Assert.That(cod.Errors, Does.Contain(isOtherInstance ? "1.2.3" : series));
    }

    [Test]
    public async Task Show_DatastoreInPlaceOfASeries_IsWrongUsage(CancellationToken cancellationToken) =>
        Assert.That((await CodProcess.RunAsync(cancellationToken, "show", _store)).ExitCode, Is.EqualTo(2));

    private async Task<JsonElement> ReadRecordsAsync(CancellationToken cancellationToken)
    {
        using JsonDocument metadata = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_series, "metadata.json"), cancellationToken));
        return metadata.RootElement.GetProperty("cod").GetProperty("instances").Clone();
    }
}
