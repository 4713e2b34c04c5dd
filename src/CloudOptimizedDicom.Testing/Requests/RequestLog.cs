namespace CloudOptimizedDicom.Testing.Requests;

/// <summary>The requests in the order in which they were answered. All members may be called from any thread.</summary>
public sealed class RequestLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RequestEntry> _entries = [];
    private readonly StreamWriter? _file;

    internal RequestLog(string? filePath) =>
        _file = filePath is null ? null : new StreamWriter(filePath, append: true) { AutoFlush = true };

    /// <summary>A copy of what is in the log now.</summary>
    public IReadOnlyList<RequestEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Forgets all entries. The file keeps them.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    /// <summary>Ends the file.</summary>
    public void Dispose() => _file?.Dispose();

    internal void Add(RequestEntry entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
        }
    }

    internal void WriteLine(RequestEntry entry)
    {
        if (_file is not null)
        {
            lock (_gate)
            {
                _file.WriteLine(entry.ToJson().ToJsonString());
            }
        }
    }
}
