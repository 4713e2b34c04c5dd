using System.Diagnostics.CodeAnalysis;

namespace CloudOptimizedDicom;

/// <summary>
/// Metadata that was read lately, by name, so that a reader only asks whether it is still the same. Holds no more than a
/// number of bytes; what was not asked for the longest goes first. Thread-safe.
/// </summary>
/// <param name="maxBytes">The number of bytes; 0 for no cache.</param>
internal sealed class MetadataCache(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Name, StoredSeries Series)>> _byName = new(StringComparer.Ordinal);

    /// <summary>The last one asked for comes first.</summary>
    private readonly LinkedList<(string Name, StoredSeries Series)> _byUse = new();
    private long _bytes;

    public bool TryGet(string name, [NotNullWhen(true)] out StoredSeries? series)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(name, out LinkedListNode<(string Name, StoredSeries Series)>? node))
            {
                series = null;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            series = node.Value.Series;
            return true;
        }
    }

    /// <summary>Keeps what was read, or forgets what is not there any more.</summary>
    public void Set(string name, StoredSeries? series)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out LinkedListNode<(string Name, StoredSeries Series)>? old))
            {
                Remove(old);
            }

            if (series is null || series.RetainedBytes > maxBytes)
            {
                return;
            }

            _byName[name] = _byUse.AddFirst((name, series));
            _bytes += series.RetainedBytes;
            while (_bytes > maxBytes)
            {
                Remove(_byUse.Last!);
            }
        }
    }

    private void Remove(LinkedListNode<(string Name, StoredSeries Series)> node)
    {
        _byUse.Remove(node);
        _byName.Remove(node.Value.Name);
        _bytes -= node.Value.Series.RetainedBytes;
    }
}
