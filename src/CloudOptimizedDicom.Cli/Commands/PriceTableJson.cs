using System.Text.Json.Serialization;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>Reads price tables without reflection.</summary>
[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PriceTable))]
internal sealed partial class PriceTableJson : JsonSerializerContext;
