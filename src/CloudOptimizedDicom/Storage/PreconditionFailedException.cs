using System.Net;

namespace CloudOptimizedDicom.Storage;

/// <summary>
/// The live object is not the one that a request was meant for. Nothing was changed, unless
/// <see cref="ObjectStoreException.MayHaveApplied"/> says that an earlier try may have been, and was replaced since.
/// </summary>
public sealed class PreconditionFailedException : ObjectStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="uri">The object.</param>
    /// <param name="precondition">What had to hold.</param>
    public PreconditionFailedException(string operation, string uri, ObjectPrecondition precondition)
        : base(operation, uri, $"the live object is not the expected one ({precondition})")
    {
        Precondition = precondition;
        Status = HttpStatusCode.PreconditionFailed;
    }

    /// <summary>What had to hold.</summary>
    public ObjectPrecondition Precondition { get; }

    /// <inheritdoc/>
    public override bool IsTransient => false;
}
