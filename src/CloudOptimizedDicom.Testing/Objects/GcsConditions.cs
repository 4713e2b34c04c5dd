namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>The four preconditions of a request (Cloud Storage, "Request preconditions"). Immutable.</summary>
/// <remarks>
/// What does not match is answered 412; what matches and must not is answered 304. Reads, deletes and patches of an
/// object that does not exist are answered 404 whatever their conditions.
/// </remarks>
public sealed record GcsConditions
{
    /// <summary>No conditions.</summary>
    public static GcsConditions None { get; } = new();

    /// <summary>The generation that must be live; 0 for no object.</summary>
    public long? IfGenerationMatch { get; init; }

    /// <summary>The generation that must not be live; 0 for any object. Fails when there is no object.</summary>
    public long? IfGenerationNotMatch { get; init; }

    /// <summary>The metageneration that the live object must have. Fails when there is no object.</summary>
    public long? IfMetagenerationMatch { get; init; }

    /// <summary>A metageneration that the live object must not have. Fails when there is no object.</summary>
    public long? IfMetagenerationNotMatch { get; init; }

    internal void Require(GcsObject? live)
    {
        RequireMatch("ifGenerationMatch", IfGenerationMatch, live?.Generation ?? 0);
        RequireMatch("ifMetagenerationMatch", IfMetagenerationMatch, live?.Metageneration ?? -1);
        RequireNoMatch("ifGenerationNotMatch", IfGenerationNotMatch, live?.Generation);
        RequireNoMatch("ifMetagenerationNotMatch", IfMetagenerationNotMatch, live?.Metageneration);
    }

    private static void RequireMatch(string name, long? expected, long actual)
    {
        if (expected is { } value && value != actual)
        {
            throw GcsErrorException.ConditionNotMet($"{name}={value}");
        }
    }

    private static void RequireNoMatch(string name, long? unwanted, long? actual)
    {
        if (unwanted is not { } value)
        {
            return;
        }

        if (actual is null)
        {
            throw GcsErrorException.ConditionNotMet($"{name}={value}");
        }

        if (value == actual)
        {
            throw new GcsErrorException(304, "notModified", $"Not modified: {name}={value}");
        }
    }
}
