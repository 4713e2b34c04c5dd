namespace CloudOptimizedDicom.Storage;

/// <summary>A store refused a request, did not answer it, or answered something that makes no sense.</summary>
public sealed class ObjectRequestException : ObjectStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was asked, such as <c>upload</c>.</param>
    /// <param name="uri">The object.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public ObjectRequestException(string operation, string uri, string reason, Exception? innerException = null)
        : base(operation, uri, reason, innerException)
    {
    }
}
