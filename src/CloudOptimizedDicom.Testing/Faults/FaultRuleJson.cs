using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;

namespace CloudOptimizedDicom.Testing.Faults;

/// <summary>A rule as the emulator's own requests carry it: the members of the types, in camel case, in one flat object.</summary>
internal static class FaultRuleJson
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static FaultRule Read(JsonObject json) => new()
    {
        Action = ReadAction(json),
        Operation = (string?)json["operation"] is { } operation ? ReadName<GcsOperation>(operation) : null,
        ObjectGlob = (string?)json["objectGlob"],
        ObjectRegex = (string?)json["objectRegex"] is { } pattern ? new Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout) : null,
        AtMatch = (int?)json["atMatch"],
        EveryMatches = (int?)json["everyMatches"],
        Probability = (double?)json["probability"],
        Seed = (int?)json["seed"] ?? 0,
    };

    private static FaultAction ReadAction(JsonObject json)
    {
        long bytes = (long?)json["bytes"] ?? 0;
        return ReadName<FaultKind>((string?)json["kind"] ?? "") switch
        {
            FaultKind.Refuse => FaultAction.Refuse((int?)json["status"] ?? 503, ReadSeconds(json, "retryAfterSeconds")),
            FaultKind.DropBefore => FaultAction.DropBefore,
            FaultKind.DropAfter => FaultAction.DropAfter,
            FaultKind.CutRequest => FaultAction.CutRequest(bytes),
            FaultKind.CutResponse => FaultAction.CutResponse(bytes),
            _ => FaultAction.Delay(ReadSeconds(json, "delaySeconds") ?? TimeSpan.Zero),
        };
    }

    private static TimeSpan? ReadSeconds(JsonObject json, string name) =>
        (double?)json[name] is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static T ReadName<T>(string name)
        where T : struct, Enum =>
        Enum.TryParse(name, ignoreCase: true, out T value)
            ? value
            : throw GcsErrorException.Invalid($"'{name}' is none of {string.Join(", ", Enum.GetNames<T>())}");
}
