using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A call of a store on its way.</summary>
/// <param name="Operation">The word that exceptions have for it.</param>
/// <param name="Name">The object.</param>
/// <param name="Generation">The generation that must be live; null when any may be.</param>
/// <param name="Upload">What is to be written, if something is.</param>
internal sealed record StoreRequest(string Operation, string Name, long? Generation = null, ObjectUpload? Upload = null)
{
    public const string Stat = "stat";
    public const string Read = "read";
    public const string Write = "upload";
    public const string Delete = "delete";
    public const string List = "list";

    /// <summary>Not sent to a store: a timer of the caller that is to end.</summary>
    public const string Pause = "pause";

    public bool IsChange => Operation is Write or Delete;

    public bool IsOf(string ending) => Name.EndsWith(ending, StringComparison.Ordinal);
}
