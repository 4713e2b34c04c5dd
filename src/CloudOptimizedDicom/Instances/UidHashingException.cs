namespace CloudOptimizedDicom;

/// <summary>
/// UIDs that should be hidden and UIDs in clear would get mixed up, or what a hasher gives cannot be used.
/// </summary>
public sealed class UidHashingException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="reason">What does not fit.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public UidHashingException(string uri, string reason, Exception? innerException = null)
        : base($"{uri}: {reason}.", innerException)
    {
        Uri = RedactedUri.Redact(uri);
        Reason = reason;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>What does not fit.</summary>
    public string Reason { get; }
}
