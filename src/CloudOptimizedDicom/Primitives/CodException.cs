namespace CloudOptimizedDicom;

/// <summary>
/// The base of every error that this library raises about data or about a store. Misuse of an argument raises the
/// exceptions of the base class library instead.
/// </summary>
public abstract class CodException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, with the figures in it; secrets in its URIs are cut (<see cref="RedactedUri"/>).</param>
    /// <param name="innerException">The cause, when there is one.</param>
    protected CodException(string message, Exception? innerException = null)
        : base(RedactedUri.RedactText(message), innerException)
    {
    }

    /// <summary>Whether the same call, made again later, may succeed.</summary>
    /// <value><see langword="false"/> unless a derived type says otherwise.</value>
    public virtual bool IsTransient => false;
}
