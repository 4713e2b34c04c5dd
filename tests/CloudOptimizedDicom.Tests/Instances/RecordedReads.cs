namespace CloudOptimizedDicom.Tests.Instances;

/// <summary>An instance in memory that notes what is read of it.</summary>
internal sealed class RecordedReads(byte[] instance)
{
    public List<ByteRange> Ranges { get; } = [];

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ByteRange range, CancellationToken cancellationToken)
    {
        Ranges.Add(range);
        return new ValueTask<ReadOnlyMemory<byte>>(instance.AsMemory((int)range.Offset, (int)range.Length));
    }
}
