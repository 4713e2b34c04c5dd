using System.Text.Json.Serialization;

namespace CloudOptimizedDicom.Storage.Local;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, SideFileRecord[]>))]
internal sealed partial class SideFileJson : JsonSerializerContext;
