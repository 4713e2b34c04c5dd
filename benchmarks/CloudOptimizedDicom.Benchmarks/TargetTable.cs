using System.Globalization;
using BenchmarkDotNet.Reports;

namespace CloudOptimizedDicom.Benchmarks;

/// <summary>The table of targets, from the results of one run.</summary>
internal static class TargetTable
{
    public static void Write(IEnumerable<Summary> summaries, TextWriter output)
    {
        Summary[] all = [.. summaries];
        output.WriteLine("| work | limit | limit, ms | ours, ms | ratio | target | allocated | verdict |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (Target target in Target.All)
        {
            BenchmarkReport[] reports = [.. all.SelectMany(summary => summary.Reports).Where(report => report.BenchmarkCase.Descriptor.Type == target.Benchmark)];
            BenchmarkReport? limit = reports.FirstOrDefault(report => report.BenchmarkCase.Descriptor.Baseline);
            BenchmarkReport? ours = reports.FirstOrDefault(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == target.Method);
            if (limit?.ResultStatistics is not { } limitTime || ours?.ResultStatistics is not { } ourTime)
            {
                continue;
            }

            double ratio = ourTime.Median / limitTime.Median;
            double allocated = ours.GcStats.GetBytesAllocatedPerOperation(ours.BenchmarkCase) ?? 0;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {target.Work} | {target.Limit} | {limitTime.Median / 1e6:0.###} | {ourTime.Median / 1e6:0.###} | {ratio:0.00} | {target.MaxRatio:0.00} | {allocated / 1024:N0} KB | {(ratio <= target.MaxRatio ? "met" : "missed")} |"));
        }
    }
}
