namespace CloudOptimizedDicom.Tests.Series;

/// <summary>A series as one would describe it: files by UID, fields by name, and what of it is stored.</summary>
internal sealed class SeriesModel
{
    private readonly List<(string Uid, string File)> _instances = [];
    private readonly List<(string Name, string Json)> _fields = [];
    private bool _isChanged;

    public State? Stored { get; private set; }

    public int Count => _instances.Count;

    public bool Has(string uid) => _instances.Exists(instance => instance.Uid == uid);

    public void Open(CodMode mode)
    {
        _instances.Clear();
        _fields.Clear();
        _isChanged = false;
        if (mode == CodMode.Append && Stored is { } stored)
        {
            _instances.AddRange(stored.Instances);
            _fields.AddRange(stored.Fields);
        }
    }

    /// <summary>The list that the instance is in: 0 new, 1 same, 2 conflict.</summary>
    public int Append(string uid, string file)
    {
        if (_instances.Find(instance => instance.Uid == uid) is { Uid: not null } existing)
        {
            return existing.File == file ? 1 : 2;
        }

        _instances.Add((uid, file));
        _isChanged = true;
        return 0;
    }

    public void Remove(string[] uids) => _isChanged |= _instances.RemoveAll(instance => uids.Contains(instance.Uid)) > 0;

    public void Truncate()
    {
        _isChanged |= _instances.Count > 0;
        _instances.Clear();
    }

    public void SetField(string name, string json)
    {
        int index = _fields.FindIndex(field => field.Name == name);
        if (index < 0)
        {
            _fields.Add((name, json));
        }
        else
        {
            _fields[index] = (name, json);
        }

        _isChanged = true;
    }

    public bool RemoveField(string name)
    {
        bool isRemoved = _fields.RemoveAll(field => field.Name == name) > 0;
        _isChanged |= isRemoved;
        return isRemoved;
    }

    /// <summary>Without a change nothing is written, unless a write would empty the series.</summary>
    public void Sync()
    {
        if (_isChanged || (_instances.Count == 0 && Stored is { Instances.Length: > 0 }))
        {
            Stored = new State([.. _instances], [.. _fields]);
            _isChanged = false;
        }
    }

    public sealed record State((string Uid, string File)[] Instances, (string Name, string Json)[] Fields);
}
