namespace CloudOptimizedDicom;

/// <summary>A row of an inventory that cannot be used, or an inventory that cannot be read on.</summary>
public sealed class InventoryException : CodException
{
    internal InventoryException(long lineNumber, string reason, Exception? innerException = null)
        : base($"Line {lineNumber} of the inventory: {reason}.", innerException) => LineNumber = lineNumber;

    /// <summary>The line, counted from 1.</summary>
    public long LineNumber { get; }
}
