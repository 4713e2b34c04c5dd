namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Passes on what a call has done since its last report. The reports of one call come one after the other.</summary>
internal sealed class StepProgress(Action<int, long> report) : IProgress<InstanceProgress>
{
    private InstanceProgress _last;

    public void Report(InstanceProgress value)
    {
        report(value.Instances - _last.Instances, value.Bytes - _last.Bytes);
        _last = value;
    }
}
