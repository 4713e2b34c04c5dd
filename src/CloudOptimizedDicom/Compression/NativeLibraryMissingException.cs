namespace CloudOptimizedDicom.Compression;

/// <summary>A library of the operating system that this one needs is not installed.</summary>
public sealed class NativeLibraryMissingException : CodException
{
    internal NativeLibraryMissingException(string libraryName, string remedy, IReadOnlyList<string> triedNames)
        : base($"{libraryName} was not found (tried {string.Join(", ", triedNames)}). {remedy}")
    {
        LibraryName = libraryName;
        TriedNames = triedNames;
    }

    /// <summary>The library, such as <c>libzstd</c>.</summary>
    public string LibraryName { get; }

    /// <summary>The file names that were tried, in order.</summary>
    public IReadOnlyList<string> TriedNames { get; }
}
