using System.Text.Json.Serialization;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

// The JSON API writes 64-bit numbers as strings.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(GcsResource))]
[JsonSerializable(typeof(GcsPage))]
[JsonSerializable(typeof(GcsRewrite))]
internal sealed partial class GcsJson : JsonSerializerContext;
