namespace CloudOptimizedDicom;

/// <summary>The progress of several calls as that of one. Thread-safe.</summary>
/// <param name="target">Told of the sum, one call after the other.</param>
internal sealed class InstanceProgressSum(IProgress<InstanceProgress> target)
{
    private readonly Lock _gate = new();
    private InstanceProgress _sum;

    /// <summary>What one of the calls reports to.</summary>
    public IProgress<InstanceProgress> Part() => new ProgressPart(this);

    private void Add(int instances, long bytes)
    {
        lock (_gate)
        {
            _sum = new InstanceProgress(_sum.Instances + instances, _sum.Bytes + bytes);
            target.Report(_sum);
        }
    }

    private sealed class ProgressPart(InstanceProgressSum sum) : IProgress<InstanceProgress>
    {
        private InstanceProgress _last;

        public void Report(InstanceProgress value)
        {
            sum.Add(value.Instances - _last.Instances, value.Bytes - _last.Bytes);
            _last = value;
        }
    }
}
