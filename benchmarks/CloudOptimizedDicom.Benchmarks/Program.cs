using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CloudOptimizedDicom.Benchmarks;
using CloudOptimizedDicom.Benchmarks.Scale;

// scale: the large runs. --smoke: everything once, to see that it runs. Anything else: options of BenchmarkDotNet.
if (args is ["scale", .. string[] names])
{
    await ScaleRun.RunAsync(names, Console.Out);
    return 0;
}

bool isSmoke = args is ["--smoke", ..];
Job job = (isSmoke ? Job.Dry : Job.Default.WithWarmupCount(2).WithIterationCount(10)).WithToolchain(InProcessEmitToolchain.Instance);
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(isSmoke ? NullLogger.Instance : ConsoleLogger.Default)
    .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DontOverwriteResults);
string[] options = isSmoke ? ["--filter", "*", .. args[1..]] : args;
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(Target).Assembly).Run(options, config)];
string[] failed = [.. summaries.SelectMany(summary => summary.Reports.Where(report => !report.Success).Select(report => report.BenchmarkCase.DisplayInfo))];
foreach (string benchmark in failed)
{
    Console.Error.WriteLine($"{benchmark} failed");
}

Console.WriteLine($"{summaries.Sum(summary => summary.BenchmarksCases.Length)} benchmarks, {failed.Length} failed");
if (!isSmoke)
{
    TargetTable.Write(summaries, Console.Out);
}

return failed.Length > 0 || summaries.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
