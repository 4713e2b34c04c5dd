using System.Text;
using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Instances;

public sealed class InstanceInventoryTests
{
    [Test]
    public async Task Read_Csv_GivesHintsByColumnName()
    {
        const string csv = """
            ignored,URI,Size,crc32c,StudyInstanceUID,series_uid,SOP_Instance_UID
            x,gs://inbox/1.dcm,11,4waSgw==,1.2,1.2.3,1.2.3.4
            "with, comma","gs://inbox/a ""b"".dcm", 12 ,e3069283,,,
            """;
        List<Instance> instances = await ReadAsync(csv);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(instances.Select(instance => instance.DicomUri), Is.EqualTo(new[] { "gs://inbox/1.dcm", "gs://inbox/a \"b\".dcm" }));
            Assert.That(instances[0].Hints, Is.EqualTo(new Hints { SizeBytes = 11, Crc32c = 0xE3069283, StudyUid = "1.2", SeriesUid = "1.2.3", InstanceUid = "1.2.3.4" }));
            Assert.That(instances[1].Hints, Is.EqualTo(new Hints { SizeBytes = 12, Crc32c = 0xE3069283 }));
        }
    }

    [Test]
    public async Task Read_JsonLines_TakesObjectsOfCloudStorage()
    {
        const string lines = """
            {"kind":"storage#object","bucket":"inbox","name":"day/1.dcm","size":"11","crc32c":"4waSgw==","metadata":{"a":[1]}}

            {"uri":"scan/2.dcm","size":12,"study_uid":null}
            """;
        List<Instance> instances = await ReadAsync(lines);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(instances.Select(instance => instance.DicomUri), Is.EqualTo(new[] { "gs://inbox/day/1.dcm", "scan/2.dcm" }));
            Assert.That(instances.Select(instance => instance.Hints), Is.EqualTo(new[] { new Hints { SizeBytes = 11, Crc32c = 0xE3069283 }, new Hints { SizeBytes = 12 } }));
        }
    }

    [TestCase("\uFEFFuri,size\na.dcm,1\n", TestName = "Read_CsvWithByteOrderMark_IsRead")]
    [TestCase("\uFEFF{\"uri\":\"a.dcm\",\"size\":1}", TestName = "Read_JsonWithByteOrderMark_IsRead")]
    [TestCase("\r\n  {\"uri\":\"a.dcm\",\"size\":1}\r\n", TestName = "Read_JsonBehindWhiteSpace_IsRead")]
    [TestCase("uri,size\r\na.dcm,1", TestName = "Read_CsvWithoutLineEnd_IsRead")]
    public async Task Read_Form_IsRead(string inventory) =>
        Assert.That((await ReadAsync(inventory)).Select(instance => (instance.DicomUri, instance.Hints.SizeBytes)), Is.EqualTo(new[] { ("a.dcm", 1L) }));

    [TestCase("uri,size\na,1\nb,-1\nc,3", 3)]
    [TestCase("uri,size\na,1\nb,1 000\nc,3", 3)]
    [TestCase("uri,crc32c\na,\nb,12345\nc,", 3)]
    [TestCase("uri,study_uid\na,\nb,../1.2\nc,", 3)]
    [TestCase("uri,size\na,1\n,2\nc,3", 3)]
    [TestCase("uri,size\na,1\nb,2,3\nc,3", 3)]
    [TestCase("uri,size\na,1\nb\"x\"y,2\nc,3", 3)]
    [TestCase("uri,size\na,1\n\"b,2\nc,3", 3)]
    [TestCase("uri,size\na,1\nb,\"2\nc,3", 3)]
    [TestCase("{\"uri\":\"a\"}\n{\"uri\":\n{\"uri\":\"c\"}", 2)]
    [TestCase("{\"uri\":\"a\"}\n[1]\n{\"uri\":\"c\"}", 2)]
    [TestCase("{\"uri\":\"a\"}\n{\"uri\":\"b\"} {}\n{\"uri\":\"c\"}", 2)]
    [TestCase("{\"uri\":\"a\"}\n{\"size\":1}\n{\"uri\":\"c\"}", 2)]
    [TestCase("{\"uri\":\"a\"}\n{\"uri\":\"b\",\"size\":1e3}\n{\"uri\":\"c\"}", 2)]
    public async Task Read_BadRow_IsToldAndCostsNoOther(string inventory, int lineNumber)
    {
        var bad = new List<long>();
        List<Instance> instances = await ReadAsync(inventory, error => bad.Add(error.LineNumber));
        Assert.That(bad, Is.EqualTo(new[] { lineNumber }));
        Assert.That(instances.Select(instance => instance.DicomUri), Is.EqualTo(new[] { "a", "c" }));
        InventoryException thrown = Assert.ThrowsAsync<InventoryException>(() => ReadAsync(inventory))!;
        Assert.That(thrown.LineNumber, Is.EqualTo(lineNumber));
    }

    [Test]
    public async Task Read_LineThatIsTooLong_IsTold()
    {
        string longUri = new('b', 3 * InstanceInventory.MaxLineBytes);
        var bad = new List<InventoryException>();
        List<Instance> instances = await ReadAsync($"{{\"uri\":\"a\"}}\n{{\"uri\":\"{longUri}\"}}\n{{\"uri\":\"c\"}}", bad.Add);
        Assert.That(bad.Select(error => error.LineNumber), Is.EqualTo(new[] { 2L }));
        Assert.That(instances.Select(instance => instance.DicomUri), Is.EqualTo(new[] { "a", "c" }));
        bad.Clear();
        await ReadAsync($"uri\na\n{longUri}", bad.Add);
        Assert.That(bad.Select(error => error.LineNumber), Is.EqualTo(new[] { 3L }), "the last line, without an end");
    }

    [TestCase("size,crc32c\n1,2")]
    [TestCase("name,size\n1,2")]
    public void Read_ColumnsThatNameNoInstances_AreRefused(string inventory) =>
        Assert.That(Assert.ThrowsAsync<InventoryException>(() => ReadAsync(inventory, _ => { }))!.Message, Does.Contain("size"));

    [Test]
    public void Read_GzippedInventory_SaysSo()
    {
        using var inventory = new MemoryStream(Gzip.Compress("uri\na.dcm\n"u8));
        Assert.That(
            async () => await InstanceInventory.ReadAsync(inventory).ToListAsync(),
            Throws.TypeOf<InventoryException>().With.Message.Contains("gzipped"));
    }

    [TestCase("")]
    [TestCase("\n \n\r\n")]
    [TestCase("uri,size\n")]
    public async Task Read_Nothing_GivesNothing(string inventory) => Assert.That(await ReadAsync(inventory), Is.Empty);

    [Test]
    public async Task Read_HasherGiven_IsThatOfEachInstance()
    {
        Func<string, string> hasher = uid => uid;
        using var stream = new MemoryStream("uri\na\n"u8.ToArray());
        await foreach (Instance instance in InstanceInventory.ReadAsync(stream, hasher))
        {
            Assert.That(instance.UidHasher, Is.SameAs(hasher));
        }
    }

    private static async Task<List<Instance>> ReadAsync(string inventory, Action<InventoryException>? onBadRow = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(inventory));
        return await InstanceInventory.ReadAsync(stream, onBadRow: onBadRow).ToListAsync();
    }
}
