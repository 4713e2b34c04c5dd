using System.Text.Json;

namespace CloudOptimizedDicom.Json;

/// <summary>A tag of the top level in which two data sets differ.</summary>
/// <param name="Tag">Eight hexadecimal digits.</param>
/// <param name="Kind">How, seen from the first.</param>
internal readonly record struct DicomJsonDifference(string Tag, DicomJsonDifferenceKind Kind)
{
    private static readonly string[] Contents = ["Value", "InlineBinary", "BulkDataURI"];

    /// <summary>How two elements differ, of which one may be missing. The worst of what is in their items counts.</summary>
    public static DicomJsonDifferenceKind KindOf(JsonElement? one, JsonElement? other)
    {
        if (one is null || other is null)
        {
            return one is null ? DicomJsonDifferenceKind.Less : DicomJsonDifferenceKind.More;
        }

        if (one.Value.ValueKind != JsonValueKind.Object || other.Value.ValueKind != JsonValueKind.Object)
        {
            return DicomJsonDifferenceKind.Value;
        }

        JsonElement? a = ContentOf(one.Value);
        JsonElement? b = ContentOf(other.Value);
        string? vrA = VrOf(one.Value);
        string? vrB = VrOf(other.Value);

        // A reader that keeps the bytes as they are says less than one that understands them.
        return a is null || b is null || (vrA != vrB && (vrA == "UN" || vrB == "UN"))
            ? a is null || (b is not null && vrA == "UN") ? DicomJsonDifferenceKind.Less : DicomJsonDifferenceKind.More
            : vrA == "SQ" && vrB == "SQ" ? KindOfItems(a.Value, b.Value)
            : IsBinary(vrA) && IsBinary(vrB) && HasSameBytes(a.Value, b.Value) ? DicomJsonDifferenceKind.Form
            : DicomJsonDifferenceKind.Value;
    }

    private static JsonElement? ContentOf(JsonElement element)
    {
        foreach (string name in Contents)
        {
            if (element.TryGetProperty(name, out JsonElement content))
            {
                return content;
            }
        }

        return null;
    }

    private static string? VrOf(JsonElement element) =>
        element.TryGetProperty("vr", out JsonElement vr) && vr.ValueKind == JsonValueKind.String ? vr.GetString() : null;

    private static bool IsBinary(string? vr) => vr is "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or "UN";

    /// <summary>Bulk data has only its beginning here, which Python takes from elsewhere; and pixels that are cut short gain a byte of padding.</summary>
    private static bool HasSameBytes(JsonElement a, JsonElement b) =>
        (a.ValueKind == JsonValueKind.Object && b.ValueKind == JsonValueKind.Object)
        || (a.ValueKind == JsonValueKind.String && b.ValueKind == JsonValueKind.String
            && a.TryGetBytesFromBase64(out byte[]? one) && b.TryGetBytesFromBase64(out byte[]? other)
            && one.Length - other.Length is >= -1 and <= 1
            && (one.Length < other.Length ? other.AsSpan().StartsWith(one) && other[^1] == 0 : one.AsSpan().StartsWith(other) && (one.Length == other.Length || one[^1] == 0)));

    private static DicomJsonDifferenceKind KindOfItems(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != JsonValueKind.Array || b.ValueKind != JsonValueKind.Array)
        {
            return DicomJsonDifferenceKind.Value;
        }

        var worst = a.GetArrayLength() == b.GetArrayLength() ? DicomJsonDifferenceKind.Form
            : a.GetArrayLength() < b.GetArrayLength() ? DicomJsonDifferenceKind.Less : DicomJsonDifferenceKind.More;
        bool isFirst = worst == DicomJsonDifferenceKind.Form;
        foreach ((JsonElement item, JsonElement other) in a.EnumerateArray().Zip(b.EnumerateArray()).Where(pair => !DicomJsonComparison.AreEqual(pair.First, pair.Second)))
        {
            DicomJsonDifferenceKind kind = KindOfItem(item, other);
            worst = isFirst || kind > worst ? kind : worst;
            isFirst = false;
        }

        return worst;
    }

    private static DicomJsonDifferenceKind KindOfItem(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != JsonValueKind.Object || b.ValueKind != JsonValueKind.Object)
        {
            return DicomJsonDifferenceKind.Value;
        }

        Dictionary<string, JsonElement> first = DicomJsonComparison.ToMembers(a);
        Dictionary<string, JsonElement> second = DicomJsonComparison.ToMembers(b);
        DicomJsonDifferenceKind worst = DicomJsonDifferenceKind.Less;
        foreach (string tag in first.Keys.Union(second.Keys))
        {
            JsonElement? one = first.TryGetValue(tag, out JsonElement found) ? found : null;
            JsonElement? other = second.TryGetValue(tag, out found) ? found : null;
            if (one is null || other is null || !DicomJsonComparison.AreEqual(one.Value, other.Value))
            {
                worst = KindOf(one, other) is var kind && kind > worst ? kind : worst;
            }
        }

        return worst;
    }
}
