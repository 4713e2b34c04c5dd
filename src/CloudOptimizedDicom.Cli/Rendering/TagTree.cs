using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Tags for people: tag, representation, keyword and value, items of sequences indented.</summary>
internal static class TagTree
{
    private const int MaxValueLength = 120;

    /// <param name="dicomJson">A data set in the DICOM JSON model.</param>
    public static void Write(ReadOnlyMemory<byte> dicomJson)
    {
        using JsonDocument document = JsonDocument.Parse(dicomJson, new JsonDocumentOptions { MaxDepth = 1000 });
        WriteDataset(Terminal.Output.Profile.Out.Writer, document.RootElement, indent: 1);
    }

    private static void WriteDataset(TextWriter output, JsonElement dataset, int indent)
    {
        foreach (JsonProperty member in dataset.EnumerateObject())
        {
            string vr = member.Value.GetProperty("vr").GetString()!;
            string tag = DicomTag.TryParse(member.Name, out DicomTag parsed) ? parsed.ToString() : member.Name;
            string keyword = DicomDictionary.GetKeyword(parsed) ?? (parsed.IsPrivate ? "(private)" : "(unknown)");
            output.WriteLine($"{new string(' ', indent * 2)}{tag} {vr} {keyword,-32} {Describe(member.Value, vr)}".TrimEnd());
            if (vr == "SQ" && member.Value.TryGetProperty("Value", out JsonElement items))
            {
                WriteItems(output, items, indent + 1);
            }
        }
    }

    private static void WriteItems(TextWriter output, JsonElement items, int indent)
    {
        int number = 1;
        foreach (JsonElement item in items.EnumerateArray())
        {
            output.WriteLine($"{new string(' ', indent * 2)}item {number++}");
            if (item.ValueKind == JsonValueKind.Object)
            {
                WriteDataset(output, item, indent + 1);
            }
        }
    }

    private static string Describe(JsonElement element, string vr)
    {
        if (element.TryGetProperty("BulkDataURI", out _))
        {
            return "(bulk data, in the file)";
        }

        if (element.TryGetProperty("InlineBinary", out JsonElement binary))
        {
            return Shorten($"base64 {binary.GetString()}");
        }

        if (!element.TryGetProperty("Value", out JsonElement values))
        {
            return "";
        }

        return vr == "SQ"
            ? values.GetArrayLength() is 1 ? "1 item" : $"{values.GetArrayLength()} items"
            : Shorten(string.Join('\\', values.EnumerateArray().Select(DescribeValue)));
    }

    private static string DescribeValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => string.Join('=', value.EnumerateObject().Select(group => group.Value.GetString())),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static string Shorten(string text) =>
        Terminal.Printable(text.Length > MaxValueLength ? $"{text[..MaxValueLength]}… ({text.Length} characters)" : text);
}
