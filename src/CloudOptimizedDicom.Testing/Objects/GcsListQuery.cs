namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>Which names of a bucket to list.</summary>
public sealed record GcsListQuery
{
    /// <summary>What names must begin with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Names that have it behind the prefix are folded into one prefix; empty for none.</summary>
    public string Delimiter { get; init; } = "";

    /// <summary>The first name, inclusive; empty for no limit.</summary>
    public string StartOffset { get; init; } = "";

    /// <summary>The last name, exclusive; empty for no limit.</summary>
    public string EndOffset { get; init; } = "";

    /// <summary>Whether an object whose name ends at the delimiter is given beside the prefix that it is.</summary>
    public bool IncludeTrailingDelimiter { get; init; }

    /// <summary>Objects and prefixes on one page, 1 to 1000.</summary>
    public int MaxResults { get; init; } = 1000;

    /// <summary>Where the page before this one ended; <see langword="null"/> for the first.</summary>
    public string? PageToken { get; init; }
}
