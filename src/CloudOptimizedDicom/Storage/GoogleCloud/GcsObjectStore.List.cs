using System.Runtime.CompilerServices;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    /// <inheritdoc/>
    /// <remarks>A page has up to 1000 entries and is one request; what changes meanwhile may or may not be seen.</remarks>
    public IAsyncEnumerable<ObjectListEntry> ListAsync(
        string prefix, string delimiter = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(delimiter);
        return EnumerateAsync(prefix, delimiter, cancellationToken);
    }

    private async IAsyncEnumerable<ObjectListEntry> EnumerateAsync(
        string prefix, string delimiter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string query = $"fields={GcsPage.Fields}&prefix={Uri.EscapeDataString(prefix)}";
        query += delimiter.Length == 0 ? "" : $"&delimiter={Uri.EscapeDataString(delimiter)}";
        string? pageToken = null;
        do
        {
            string continuation = pageToken is null ? "" : $"&pageToken={Uri.EscapeDataString(pageToken)}";
            (pageToken, List<ObjectListEntry> entries) =
                await ReadPageAsync(prefix, _address.Objects(query + continuation), cancellationToken).ConfigureAwait(false);
            foreach (ObjectListEntry entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entry;
            }
        }
        while (!string.IsNullOrEmpty(pageToken));
    }

    private async Task<(string? Next, List<ObjectListEntry> Entries)> ReadPageAsync(string prefix, Uri uri, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using GcsCall call = _client.Begin("list", UriOf(prefix), cancellationToken);
        return await _client.RunAsync(
            call,
            async token =>
            {
                using HttpResponseMessage response = await _client.SendAsync(
                    call, () => new HttpRequestMessage(HttpMethod.Get, uri), changes: false, [], token).ConfigureAwait(false);
                GcsPage page = await GcsClient.ReadAsync(response, GcsJson.Default.GcsPage, token).ConfigureAwait(false);
                return (page.NextPageToken, Merge(page, _client.TimeOf(response)));
            }).ConfigureAwait(false);
    }

    // The service gives objects and folded prefixes apart, each in order.
    private static List<ObjectListEntry> Merge(GcsPage page, DateTimeOffset timeAnswered)
    {
        List<ObjectListEntry> entries =
        [
            .. (page.Items ?? []).Select(item => item.ToInfo(timeAnswered)).Select(info => new ObjectListEntry(info.Name, info)),
            .. (page.Prefixes ?? []).Select(folded => new ObjectListEntry(folded, Object: null)),
        ];
        entries.Sort((left, right) => Utf8Order.Instance.Compare(left.Name, right.Name));
        return entries;
    }
}
