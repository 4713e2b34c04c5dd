namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>An answer of Cloud Storage that is not a success.</summary>
public sealed class GcsErrorException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="status">The HTTP status, 300 to 599.</param>
    /// <param name="reason">The word that the JSON API gives for it, such as <c>conditionNotMet</c>.</param>
    /// <param name="message">What is wrong, for people.</param>
    public GcsErrorException(int status, string reason, string message)
        : base(message)
    {
        Status = status;
        Reason = reason;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The word that the JSON API gives for it.</summary>
    public string Reason { get; }

    /// <summary>The header <c>Retry-After</c>, if one is to be sent.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    internal static GcsErrorException NoObject(string bucket, string name) =>
        new(404, "notFound", $"No such object: {bucket}/{name}");

    internal static GcsErrorException NoBucket(string bucket) => new(404, "notFound", $"The specified bucket does not exist: {bucket}");

    internal static GcsErrorException Invalid(string message) => new(400, "invalid", message);

    internal static GcsErrorException ConditionNotMet(string condition) =>
        new(412, "conditionNotMet", $"At least one of the pre-conditions you specified did not hold: {condition}.");
}
