using System.Diagnostics.Metrics;

namespace CloudOptimizedDicom.Diagnostics;

/// <summary>
/// All that the library counts, as <c>docs/TELEMETRY.md</c> lists it. What nobody listens to costs a comparison and allocates
/// nothing. Thread-safe.
/// </summary>
internal sealed class CodMeter
{
    /// <summary>The name by which a host listens.</summary>
    public const string Name = "CloudOptimizedDicom";

    private static readonly string? Version = typeof(CodMeter).Assembly.GetName().Version?.ToString(3);

    private CodMeter(Meter meter)
    {
        AppendInstances = meter.CreateCounter<long>("cod.append.instances", "{instance}", "Instances given to an append, by what became of them.");
        AppendBytes = meter.CreateCounter<long>("cod.append.bytes", "By", "Bytes of instances that an append added.");
        AppendDuplicateSeries = meter.CreateCounter<long>("cod.append.duplicate_series", "{series}", "Appends whose instances were all there already.");
        SyncCommits = meter.CreateCounter<long>("cod.sync.commits", "{commit}", "Syncs that committed something.");
        SyncBytes = meter.CreateCounter<long>("cod.sync.bytes", "By", "Bytes of archives that a sync committed.");
        ReadInstances = meter.CreateCounter<long>("cod.read.instances", "{instance}", "Instances opened, streamed or extracted.");
        ReadFrames = meter.CreateCounter<long>("cod.read.frames", "{frame}", "Frames given to a caller.");
        ReadBytes = meter.CreateCounter<long>("cod.read.bytes", "By", "Bytes of instances and frames given to a caller.");
        ReadFaults = meter.CreateCounter<long>("cod.read.faults", "{fault}", "Instances that were not in the archive, or with other bytes.");
        MetadataLookups = meter.CreateCounter<long>("cod.metadata.lookups", "{lookup}", "Metadata read while some is kept in memory.");
        DeletedSeries = meter.CreateCounter<long>("cod.delete.series", "{series}", "Series deleted.");
        DeletedDependencies = meter.CreateCounter<long>("cod.delete.dependencies", "{file}", "Dependencies that were to be deleted, by what became of them.");
        DeletedOrigins = meter.CreateCounter<long>("cod.delete.origins", "{file}", "Local origins that were to be deleted after a sync, by what became of them.");
        DeletedBytes = meter.CreateCounter<long>("cod.delete.bytes", "By", "Bytes of dependencies and local origins that were deleted.");
        VerifyFindings = meter.CreateCounter<long>("cod.verify.findings", "{finding}", "What verifications found.");
        RepairActions = meter.CreateCounter<long>("cod.repair.actions", "{action}", "What repairs did.");
        LockEvents = meter.CreateCounter<long>("cod.lock.events", "{event}", "What happened to locks.");
        LockWaits = meter.CreateHistogram<double>("cod.lock.wait.duration", "s", "How long a writer waited for a lock, in vain or not.");
        StoreRequests = meter.CreateCounter<long>("cod.store.requests", "{request}", "Requests to Cloud Storage, each attempt counted.");
        StoreRequestDuration = meter.CreateHistogram<double>("cod.store.request.duration", "s", "From a request to the headers of its answer, or to its failure.");
        StoreRetries = meter.CreateCounter<long>("cod.store.retries", "{retry}", "Calls to Cloud Storage that failed in passing and were tried again.");
        StoreGets = meter.CreateCounter<long>("cod.store.gets", "{object}", "Objects of Cloud Storage whose bytes were asked for and came, whole or in part.");
        StoreCreates = meter.CreateCounter<long>("cod.store.creates", "{object}", "Objects of Cloud Storage that were written.");
        StoreBytes = meter.CreateCounter<long>("cod.store.io", "By", "Bytes of bodies sent to Cloud Storage and answered, and of objects received.");
    }

    /// <summary>The one of programs without a factory.</summary>
    public static CodMeter Default { get; } = new(new Meter(Name, Version));

    public Counter<long> AppendInstances { get; }

    public Counter<long> AppendBytes { get; }

    public Counter<long> AppendDuplicateSeries { get; }

    public Counter<long> SyncCommits { get; }

    public Counter<long> SyncBytes { get; }

    public Counter<long> ReadInstances { get; }

    public Counter<long> ReadFrames { get; }

    public Counter<long> ReadBytes { get; }

    public Counter<long> ReadFaults { get; }

    public Counter<long> MetadataLookups { get; }

    public Counter<long> DeletedSeries { get; }

    public Counter<long> DeletedDependencies { get; }

    public Counter<long> DeletedOrigins { get; }

    public Counter<long> DeletedBytes { get; }

    public Counter<long> VerifyFindings { get; }

    public Counter<long> RepairActions { get; }

    public Counter<long> LockEvents { get; }

    public Histogram<double> LockWaits { get; }

    public Counter<long> StoreRequests { get; }

    public Histogram<double> StoreRequestDuration { get; }

    public Counter<long> StoreRetries { get; }

    public Counter<long> StoreGets { get; }

    public Counter<long> StoreCreates { get; }

    public Counter<long> StoreBytes { get; }

    /// <summary>The meter of a host, which disposes it; of one factory, all get the same instruments.</summary>
    public static CodMeter From(IMeterFactory? factory) => factory is null ? Default : new CodMeter(factory.Create(Name, Version));
}
