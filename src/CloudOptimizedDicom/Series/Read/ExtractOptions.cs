namespace CloudOptimizedDicom;

/// <summary>How instances are written to files.</summary>
public sealed record ExtractOptions
{
    /// <summary>
    /// How files are named below the directory, with <c>/</c> between folders: <c>{study}</c>, <c>{series}</c>,
    /// <c>{instance}</c> (UIDs as stored), <c>{number}</c> (Instance Number with six digits, or <c>none</c>) and <c>{index}</c>
    /// (place in stored order from 0, with six digits) stand for what differs.
    /// </summary>
    /// <value>The default is <c>{instance}.dcm</c>.</value>
    public string NameTemplate { get; init; } = "{instance}.dcm";

    /// <summary>Told after each instance.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<InstanceProgress>? Progress { get; init; }
}
