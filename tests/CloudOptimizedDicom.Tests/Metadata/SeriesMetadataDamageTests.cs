using System.Buffers;
using System.Text;
using CloudOptimizedDicom.Compression;
using CloudOptimizedDicom.Metadata;
using CloudOptimizedDicom.Tests.Golden;

namespace CloudOptimizedDicom.Tests.Metadata;

/// <summary>Metadata that was changed on its way, or made to do harm.</summary>
public sealed class SeriesMetadataDamageTests
{
    private const int Mutations = 500;

    [Test]
    public void Parse_ChangedBytes_EndsInAResultOrAnException(
        [Values("ct5_hashed__v2", "append_dupes__v1", "odd_vrzoo__v1", "mf_jpeg__v2")] string name)
    {
        byte[] original = new GoldenSeries(name).Metadata;
        var random = new Random(20_261_121);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutation = Mutate(original, random);
            refused += IsRefused(mutation) ? 1 : 0;
        }

        Assert.That(refused, Is.InRange(1, Mutations - 1), "some are refused and some are not");
    }

    [Test]
    public void Parse_CutAnywhere_IsRefused()
    {
        byte[] json = new GoldenSeries("nopixel__v2").Metadata;
        using (Assert.EnterMultipleScope())
        {
            for (int length = 0; length < json.Length; length += 7)
            {
                Assert.That(() => SeriesMetadata.Parse(json.AsMemory(0, length), "x"), Throws.TypeOf<SeriesMetadataException>(), $"{length} bytes");
            }
        }
    }

    [TestCase(10)]
    [TestCase(100_000)]
    public void Parse_DeepNesting_IsReadToTheLimit(int depth)
    {
        string field = new string('[', depth) + new string(']', depth);
        byte[] json = Encoding.UTF8.GetBytes($$$"""{"study_uid":"1","series_uid":"2","cod":{"instances":{}},"x":{{{field}}}}""");
        if (depth < 1000)
        {
            Assert.That(SeriesMetadata.Parse(json, "x").Fields.Names, Is.EqualTo(new[] { "x" }));
        }
        else
        {
            Assert.That(() => SeriesMetadata.Parse(json, "x"), Throws.TypeOf<SeriesMetadataException>());
        }
    }

    [Test]
    public void Parse_DamagedGzip_IsRefused() =>
        Assert.That(
            () => SeriesMetadata.Parse(new GoldenSeries("ct5__v2").GzipMetadata.AsMemory()[..^9], "x"),
            Throws.TypeOf<SeriesMetadataException>().With.Property(nameof(SeriesMetadataException.Offset)).Null);

    [Test]
    public void Parse_GzipThatClaimsFourGigabytes_TakesMemoryForWhatIsThere()
    {
        byte[] member = Gzip.Compress("{}"u8);
        member.AsSpan()[^4..].Fill(0xFF);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => SeriesMetadata.Parse(member, "x"), Throws.TypeOf<SeriesMetadataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4_000_000));
    }

    [TestCase("\"\\ud800\"")]
    [TestCase("\"\\udc00\\ud800x\"")]
    public void Parse_HalfASurrogatePair_IsTextWithAReplacement(string text)
    {
        string json = $$$"""{"study_uid":"1","series_uid":"2","cod":{"instances":{}},{{{text}}}:1}""";
        var metadata = SeriesMetadata.Parse(Encoding.UTF8.GetBytes(json), "x");
        var output = new ArrayBufferWriter<byte>();
        metadata.Write(output, "y");
        Assert.That(metadata.Fields.Names[0], Does.Contain('\uFFFD'));
        Assert.That(SeriesMetadata.Parse(output.WrittenMemory, "x").Fields.Names, Is.EqualTo(metadata.Fields.Names));
    }

    [Test]
    public void Parse_BytesThatAreNotUtf8_AreRefused()
    {
        byte[] json = """{"study_uid":"1","series_uid":"2","cod":{"instances":{}},"x":"_"}"""u8.ToArray();
        Assert.That(() => SeriesMetadata.Parse(json, "x"), Throws.Nothing);
        json[^3] = 0xFF;
        Assert.That(() => SeriesMetadata.Parse(json, "x"), Throws.TypeOf<SeriesMetadataException>());
    }

    private static bool IsRefused(byte[] json)
    {
        try
        {
            var metadata = SeriesMetadata.Parse(json, "x");
            var output = new ArrayBufferWriter<byte>();
            metadata.Write(output, "y");
            Assert.That(SeriesMetadata.Parse(output.WrittenMemory, "x").Instances, Has.Count.EqualTo(metadata.Instances.Count));
            return metadata.Instances.Any(HasDamagedTags);
        }
        catch (SeriesMetadataException)
        {
            return true;
        }
    }

    private static bool HasDamagedTags(InstanceRecord record)
    {
        try
        {
            return record.Metadata.Tags.Any(tag => record.Metadata.GetStrings(tag).Count < 0);
        }
        catch (InstanceMetadataException)
        {
            return true;
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] mutation = [.. original];
        int position = random.Next(original.Length);
        int length = random.Next(1, 40);
        int end = Math.Min(position + length, original.Length);
        switch (random.Next(5))
        {
            case 0:
                mutation[position] ^= (byte)(1 << random.Next(8));
                return mutation;
            case 1:
                mutation[position] = (byte)"{}[]\",:\\0-nN "[random.Next(13)];
                return mutation;
            case 2:
                return [.. original[..position], .. original[end..]];
            case 3:
                return [.. original[..end], .. original[position..]];
            default:
                int from = random.Next(original.Length - 40);
                original.AsSpan(from, end - position).CopyTo(mutation.AsSpan(position));
                return mutation;
        }
    }
}
