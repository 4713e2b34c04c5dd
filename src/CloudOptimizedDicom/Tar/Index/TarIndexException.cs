namespace CloudOptimizedDicom.Tar.Index;

/// <summary>The index beside an archive is no SQLite database, or not one that says where members lie.</summary>
internal sealed class TarIndexException(string reason) : CodException($"Not readable as a ratarmount index: {reason}.")
{
    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
