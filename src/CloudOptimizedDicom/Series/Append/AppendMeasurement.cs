using CloudOptimizedDicom.Diagnostics;

namespace CloudOptimizedDicom;

/// <summary>What an append has done, as it is counted.</summary>
internal static class AppendMeasurement
{
    public static void Count(CodMeter meter, AppendResult result)
    {
        meter.AppendInstances.Add(result.New.Count, TelemetryTag.Outcome, "new");
        meter.AppendInstances.Add(result.Same.Count, TelemetryTag.Outcome, "same");
        meter.AppendInstances.Add(result.Conflict.Count, TelemetryTag.Outcome, "conflict");
        meter.AppendInstances.Add(result.Errors.Count, TelemetryTag.Outcome, "failed");
        if (meter.AppendBytes.Enabled)
        {
            meter.AppendBytes.Add(result.New.Sum(instance => instance.Record!.SizeBytes));
        }

        if (result.Same.Count > 0 && result.Same.Count == result.Reasons.Count)
        {
            meter.AppendDuplicateSeries.Add(1);
        }
    }
}
