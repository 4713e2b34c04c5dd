using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom.Tests.Instances;

/// <summary>Records as the metadata of a series gives them.</summary>
internal static class TestRecord
{
    /// <summary>The record of a file, changed in its JSON when wanted.</summary>
    public static async Task<InstanceRecord> CreateAsync(byte[] file, Action<JsonObject>? edit = null, MetadataVersion version = MetadataVersion.V1)
    {
        InstanceScan scan = await InstanceScan.FromStreamAsync(new MemoryStream(file));
        var series = new SeriesMetadata(new SeriesId("1.2", "1.2.3"), usesHashedUids: false, version);
        series.Add(InstanceRecord.Create(scan, "1.2.3.4", scan.ArchiveRange, "", [], version, DateTimeOffset.UnixEpoch));
        var text = new ArrayBufferWriter<byte>();
        series.Write(text, "series.tar");
        JsonNode json = JsonNode.Parse(text.WrittenSpan)!;
        edit?.Invoke(json["cod"]!["instances"]!["1.2.3.4"]!.AsObject());
        return SeriesMetadata.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "metadata.json").Instances[0];
    }

    /// <summary>Gives a record another frame table.</summary>
    public static Action<JsonObject> WithFrames(long[] offsets, long[] lengths) => record => record["offset_tables"] = new JsonObject
    {
        ["CustomOffsetTable"] = new JsonArray([.. offsets.Select(offset => JsonValue.Create(offset))]),
        ["CustomOffsetTableLengths"] = new JsonArray([.. lengths.Select(length => JsonValue.Create(length))]),
    };
}
