namespace CloudOptimizedDicom;

/// <summary>A hint says something else than the instance.</summary>
public sealed class HintMismatchException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="uri">The instance.</param>
    /// <param name="field">The member of <see cref="Hints"/>.</param>
    /// <param name="hint">What it says.</param>
    /// <param name="actual">What is true.</param>
    public HintMismatchException(string uri, string field, string hint, string actual)
        : base($"The hint {field} of {uri} says {hint}; it is {actual}.")
    {
        Uri = RedactedUri.Redact(uri);
        Field = field;
        Hint = hint;
        Actual = actual;
    }

    /// <summary>The instance.</summary>
    public string Uri { get; }

    /// <summary>The member of <see cref="Hints"/>.</summary>
    public string Field { get; }

    /// <summary>What it says.</summary>
    public string Hint { get; }

    /// <summary>What is true.</summary>
    public string Actual { get; }
}
