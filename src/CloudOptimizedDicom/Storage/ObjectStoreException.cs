using System.Net;

namespace CloudOptimizedDicom.Storage;

/// <summary>A request to a store came to nothing.</summary>
public abstract class ObjectStoreException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was asked, such as <c>upload</c>.</param>
    /// <param name="uri">The object.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    protected ObjectStoreException(string operation, string uri, string reason, Exception? innerException = null)
        : base($"The {operation} of {uri} failed: {reason}.", innerException)
    {
        Operation = operation;
        Uri = uri;
        Reason = reason;
    }

    /// <summary>What was asked: <c>read</c>, <c>stat</c>, <c>upload</c>, <c>copy</c>, <c>delete</c>, <c>list</c> or, in a directory, <c>lock</c>.</summary>
    public string Operation { get; }

    /// <summary>The object that it was asked of.</summary>
    public string Uri { get; }

    /// <summary>What went wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The status of the last answer; <see langword="null"/> when there was none, or no HTTP.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>
    /// Whether a request that changes something may have been carried out although no answer says so. Only the live object
    /// can tell.
    /// </summary>
    public bool MayHaveApplied { get; init; }

    /// <summary>Whether the store may answer later.</summary>
    public override bool IsTransient =>
        !IsFinal && Status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>Whether the answer stays the same until somebody sets the store up otherwise.</summary>
    internal bool IsFinal { get; init; }
}
