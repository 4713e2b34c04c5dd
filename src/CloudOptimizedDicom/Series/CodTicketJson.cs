using System.Text.Json.Serialization;

namespace CloudOptimizedDicom;

/// <summary>A ticket as text.</summary>
[JsonSerializable(typeof(CodTicket))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class CodTicketJson : JsonSerializerContext;
