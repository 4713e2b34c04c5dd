using System.Text.Json;

namespace CloudOptimizedDicom.Json;

/// <summary>Compares tags by what they mean: numbers by value, not by their digits; the URI of bulk data, which follows the store, not at all.</summary>
internal static class DicomJsonComparison
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DicomJsonWriter.MaxJsonDepth };

    /// <summary>The tags of the top level that one has and the other has not, or has otherwise, in ascending order.</summary>
    public static IReadOnlyList<string> FindDifferences(DicomJsonDataset one, DicomJsonDataset other) =>
        [.. Compare(one, other).Select(difference => difference.Tag)];

    /// <summary>The same, with whether the two contradict each other in it.</summary>
    public static IReadOnlyList<DicomJsonDifference> Compare(DicomJsonDataset one, DicomJsonDataset other)
    {
        using JsonDocument first = JsonDocument.Parse(one.Utf8Json, Options);
        using JsonDocument second = JsonDocument.Parse(other.Utf8Json, Options);
        Dictionary<string, JsonElement> firstTags = ToMembers(first.RootElement);
        Dictionary<string, JsonElement> secondTags = ToMembers(second.RootElement);
        List<DicomJsonDifference> differences = [];
        foreach (string tag in firstTags.Keys.Union(secondTags.Keys).Order(StringComparer.Ordinal))
        {
            JsonElement? a = firstTags.TryGetValue(tag, out JsonElement found) ? found : null;
            JsonElement? b = secondTags.TryGetValue(tag, out found) ? found : null;
            if (a is null || b is null || !AreEqual(a.Value, b.Value))
            {
                differences.Add(new DicomJsonDifference(tag, DicomJsonDifference.KindOf(a, b)));
            }
        }

        return differences;
    }

    /// <summary>Whether two values mean the same.</summary>
    public static bool AreEqual(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != b.ValueKind)
        {
            return false;
        }

        return a.ValueKind switch
        {
            JsonValueKind.Number => AreEqualNumbers(a, b),
            JsonValueKind.String => a.GetString() == b.GetString(),
            JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second)),
            JsonValueKind.Object => AreEqualObjects(ToMembers(a), ToMembers(b)),
            _ => true,
        };
    }

    private static bool AreEqualObjects(Dictionary<string, JsonElement> a, Dictionary<string, JsonElement> b) =>
        a.Count == b.Count && a.All(member => b.TryGetValue(member.Key, out JsonElement other)
            && (IsBulkDataUri(member.Key, member.Value) ? AreEqualHeads(member.Value, other) : AreEqual(member.Value, other)));

    private static bool IsBulkDataUri(string name, JsonElement value) => name == "BulkDataURI" && value.ValueKind == JsonValueKind.Object;

    private static bool AreEqualHeads(JsonElement a, JsonElement b) =>
        b.ValueKind == JsonValueKind.Object && a.TryGetProperty("head", out JsonElement head) && b.TryGetProperty("head", out JsonElement other) && AreEqual(head, other);

    private static bool AreEqualNumbers(JsonElement a, JsonElement b) =>
        a.TryGetDecimal(out decimal first) && b.TryGetDecimal(out decimal second) && first == second
        || (a.GetDouble().Equals(b.GetDouble()) && !(IsInteger(a) && IsInteger(b)));

    private static bool IsInteger(JsonElement number) => number.TryGetInt64(out _) || number.TryGetUInt64(out _);

    /// <summary>Of a member that occurs twice the last counts.</summary>
    public static Dictionary<string, JsonElement> ToMembers(JsonElement json)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty member in json.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }
}
