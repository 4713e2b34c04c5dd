using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

/// <summary>Which dependencies may be deleted at all, by what they are called and who says so. Thread-safe.</summary>
internal sealed class DependencyRules
{
    private const string SchemeMark = "://";
    private const string BucketScheme = "gs://";

    private readonly DeleteDependenciesOptions _options;
    private readonly IReadOnlySet<string> _stated;
    private readonly string _datastoreUri;
    private readonly List<FolderTree> _folders = [];
    private readonly List<string> _prefixes = [];

    /// <param name="options">What the caller allows.</param>
    /// <param name="stated">What the caller has named by himself.</param>
    /// <param name="datastoreUri">The datastore, which no dependency is deleted from.</param>
    /// <exception cref="ArgumentException">A root is no folder and no bucket.</exception>
    /// <exception cref="IOException">A root cannot be looked at.</exception>
    public DependencyRules(DeleteDependenciesOptions options, IReadOnlySet<string> stated, string datastoreUri)
    {
        _options = options;
        _stated = stated;
        _datastoreUri = datastoreUri;
        foreach (string root in options.AllowedRoots)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(root, nameof(options));
            if (IsOfBucket(root))
            {
                _prefixes.Add(root);
            }
            else
            {
                _folders.Add(KindOf(root) == "FILE"
                    ? new FolderTree(new FileInstanceSource(root).Path)
                    : throw new ArgumentException($"\"{root}\" is no folder and no prefix of a bucket.", nameof(options)));
            }
        }
    }

    /// <summary>Why a dependency is not to be touched; null when it may be.</summary>
    public string? FindRefusal(string uri)
    {
        switch (KindOf(uri))
        {
            case "FILE" when !Path.IsPathFullyQualified(new FileInstanceSource(uri).Path):
                return "it is a relative path, and was meant from a directory that nothing tells";
            case "HTTP" or "HTTPS":
                return "it is on a web server";
            case null:
                return "it lies inside another file";
        }

        return IsOfBucket(uri) && IsBelow(_datastoreUri, uri, StringComparison.OrdinalIgnoreCase) ? "it is part of the datastore"
            : _options.Filter?.Invoke(uri) == false ? "it is not wanted"
            : _options.AllowedRoots.Count > 0 ? IsInAllowedRoot(uri) ? null : "it is outside of the allowed roots"
            : _options.Filter is null && !_stated.Contains(uri)
                ? $"only the metadata names it: {nameof(DeleteDependenciesOptions.Filter)} or {nameof(DeleteDependenciesOptions.AllowedRoots)} must allow it"
                : null;
    }

    private bool IsInAllowedRoot(string uri)
    {
        if (IsOfBucket(uri))
        {
            return _prefixes.Exists(prefix => IsBelow(prefix, uri, StringComparison.Ordinal));
        }

        string finalPath = FinalPath.OfEntry(new FileInstanceSource(uri).Path);
        return _folders.Exists(folder => folder.Contains(finalPath));
    }

    /// <summary>FILE, GS, HTTP or HTTPS; null for another scheme, or more than one.</summary>
    private static string? KindOf(string uri)
    {
        int scheme = uri.IndexOf(SchemeMark, StringComparison.Ordinal);
        return scheme < 0 ? "FILE"
            : uri[..scheme].ToUpperInvariant() is "FILE" or "GS" or "HTTP" or "HTTPS" && uri.IndexOf(SchemeMark, scheme + 1, StringComparison.Ordinal) < 0
                ? uri[..scheme].ToUpperInvariant()
                : null;
    }

    private static bool IsOfBucket(string uri) => uri.StartsWith(BucketScheme, StringComparison.OrdinalIgnoreCase);

    private static bool IsBelow(string prefix, string uri, StringComparison comparison) =>
        uri.StartsWith(prefix.TrimEnd('/') + "/", comparison);
}
