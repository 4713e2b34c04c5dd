using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// The instances, those that are not synced yet included. No request; another order than the stored one reads the tags of
    /// each instance, and changes nothing in the store.
    /// </summary>
    /// <param name="order">In which order.</param>
    /// <param name="strict">Whether it is an error when that order cannot be told; else it is the stored one then.</param>
    /// <returns>A list of its own, which later changes leave alone.</returns>
    /// <exception cref="InstanceOrderException">
    /// Only when <paramref name="strict"/>: of the two or more instances some have no Instance Number (0020,0013), and some
    /// no Slice Location (0020,1041); text that is no number counts as none.
    /// </exception>
    /// <exception cref="InstanceMetadataException">The tags of an instance are damaged, and another order than the stored one is wanted.</exception>
    public IReadOnlyList<Instance> GetInstances(InstanceOrder order = InstanceOrder.Stored, bool strict = false)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        IReadOnlyList<InstanceRecord> records = _current.Instances;
        return [.. (order == InstanceOrder.Stored || records.Count < 2 ? records : Sort(records, strict)).Select(ToInstance)];
    }

    private IReadOnlyList<InstanceRecord> Sort(IReadOnlyList<InstanceRecord> records, bool strict)
    {
        double?[] numbers = Read(records, DicomTag.InstanceNumber);
        double?[] keys = numbers.Contains(null) ? Read(records, DicomTag.SliceLocation) : numbers;
        if (!keys.Contains(null))
        {
            // The sort is stable: equal keys stay in stored order.
            return [.. records.Zip(keys).OrderBy(pair => pair.Second).Select(pair => pair.First)];
        }

        return strict ? throw new InstanceOrderException(Uri, numbers.Count(key => key is null), keys.Count(key => key is null)) : records;
    }

    private static double?[] Read(IReadOnlyList<InstanceRecord> records, DicomTag tag) =>
        [.. records.Select(record => record.Metadata.GetDouble(tag)).Select(key => key is { } number && double.IsFinite(number) ? key : null)];
}
