namespace CloudOptimizedDicom;

/// <summary>Instances that wait for others of their series. Not thread-safe.</summary>
internal sealed class WaitingSeries
{
    private readonly Dictionary<SeriesId, LinkedListNode<(SeriesId Id, List<Instance> Instances)>> _byId = [];
    private readonly LinkedList<(SeriesId Id, List<Instance> Instances)> _byLastInstance = new();

    public int InstanceCount { get; private set; }

    public void Add(SeriesId id, Instance instance)
    {
        if (_byId.TryGetValue(id, out LinkedListNode<(SeriesId Id, List<Instance> Instances)>? node))
        {
            _byLastInstance.Remove(node);
        }
        else
        {
            _byId[id] = node = new LinkedListNode<(SeriesId Id, List<Instance> Instances)>((id, []));
        }

        _byLastInstance.AddLast(node);
        node.Value.Instances.Add(instance);
        InstanceCount++;
    }

    /// <summary>Takes the series out that has waited longest since its last instance came.</summary>
    public SeriesGroup TakeLongestWaiting()
    {
        (SeriesId id, List<Instance> instances) = _byLastInstance.First!.Value;
        _byLastInstance.RemoveFirst();
        _byId.Remove(id);
        InstanceCount -= instances.Count;
        return new SeriesGroup(id, instances);
    }

    /// <summary>Takes all series out, those first that have waited longest.</summary>
    public IEnumerable<SeriesGroup> TakeAll()
    {
        while (_byLastInstance.Count > 0)
        {
            yield return TakeLongestWaiting();
        }
    }
}
