using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>Equality of JSON values: numbers as exact integers or as doubles, strings as text, objects in order.</summary>
internal static class JsonComparison
{
    /// <summary>The first difference, as a path and both sides; null when equal.</summary>
    public static string? FindDifference(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind != actual.ValueKind)
        {
            return Describe(expected, actual, path);
        }

        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                return AreEqualNumbers(expected.GetRawText(), actual.GetRawText()) ? null : Describe(expected, actual, path);
            case JsonValueKind.String:
                return expected.GetString() == actual.GetString() ? null : Describe(expected, actual, path);
            case JsonValueKind.Array when expected.GetArrayLength() != actual.GetArrayLength():
                return Describe(expected, actual, path);
            case JsonValueKind.Array:
                return expected.EnumerateArray().Zip(actual.EnumerateArray())
                    .Select((pair, i) => FindDifference(pair.First, pair.Second, $"{path}[{i}]")).FirstOrDefault(d => d is not null);
            case JsonValueKind.Object when !Names(expected).SequenceEqual(Names(actual)):
                return $"{path}: members {string.Join(' ', Names(expected))} but was {string.Join(' ', Names(actual))}";
            case JsonValueKind.Object:
                return expected.EnumerateObject().Zip(actual.EnumerateObject())
                    .Select(pair => FindDifference(pair.First.Value, pair.Second.Value, $"{path}.{pair.First.Name}")).FirstOrDefault(d => d is not null);
            default:
                return null;
        }
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static bool AreEqualNumbers(string expected, string actual) =>
        BigInteger.TryParse(expected, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger e)
        && BigInteger.TryParse(actual, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger a)
            ? e == a
            : BitConverter.DoubleToInt64Bits(double.Parse(expected, CultureInfo.InvariantCulture))
                == BitConverter.DoubleToInt64Bits(double.Parse(actual, CultureInfo.InvariantCulture));

    private static string Describe(JsonElement expected, JsonElement actual, string path) =>
        $"{path}: expected {Shorten(expected)} but was {Shorten(actual)}";

    private static string Shorten(JsonElement element) => element.GetRawText() is { Length: > 300 } text ? text[..300] + "…" : element.GetRawText();
}
