using System.Text;

namespace CloudOptimizedDicom.Testing.Objects;

public sealed partial class GcsObjectCore
{
    private const int MaxPageSize = 1000;

    /// <summary>Lists a page of names.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="query">Which names.</param>
    /// <returns>The page.</returns>
    /// <exception cref="GcsErrorException">404 when there is no such bucket; 400 when the page token is not one of ours.</exception>
    public GcsPage List(string bucket, GcsListQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string? after = ReadToken(query.PageToken);
        int limit = query.MaxResults is > 0 and <= MaxPageSize ? query.MaxResults : MaxPageSize;
        List<GcsObject> items = [];
        List<string> prefixes = [];
        string last = "";
        lock (_gate)
        {
            foreach ((string name, StoredObject stored) in RequireBucket(bucket).Objects)
            {
                if (!IsWanted(name, query))
                {
                    continue;
                }

                string? folded = Fold(name, query);
                string entry = folded ?? name;
                bool isNewPrefix = folded is not null && entry != prefixes.LastOrDefault() && IsAfter(entry, after);
                bool isItem = (folded is null || (query.IncludeTrailingDelimiter && folded == name)) && IsAfter(name, after);
                if (!isNewPrefix && !isItem)
                {
                    continue;
                }

                if (items.Count + prefixes.Count >= limit)
                {
                    return new GcsPage(items, prefixes, WriteToken(last));
                }

                last = entry;
                if (isNewPrefix)
                {
                    prefixes.Add(entry);
                }

                if (isItem)
                {
                    items.Add(stored.Info);
                }
            }
        }

        return new GcsPage(items, prefixes, NextPageToken: null);
    }

    private static bool IsWanted(string name, GcsListQuery query) =>
        name.StartsWith(query.Prefix, StringComparison.Ordinal)
        && (query.StartOffset.Length == 0 || ObjectNameOrder.Instance.Compare(name, query.StartOffset) >= 0)
        && (query.EndOffset.Length == 0 || ObjectNameOrder.Instance.Compare(name, query.EndOffset) < 0);

    private static bool IsAfter(string entry, string? after) => after is null || ObjectNameOrder.Instance.Compare(entry, after) > 0;

    private static string? Fold(string name, GcsListQuery query)
    {
        int at = query.Delimiter.Length == 0 ? -1 : name.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : name[..(at + query.Delimiter.Length)];
    }

    private static string WriteToken(string last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(last));

    private static string? ReadToken(string? token)
    {
        try
        {
            return string.IsNullOrEmpty(token) ? null : Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw GcsErrorException.Invalid("Invalid page token");
        }
    }
}
