using CloudOptimizedDicom.Diagnostics;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

/// <summary>Deletes the files and objects that instances were made from, each only as it was looked at.</summary>
internal sealed class DependencyDeletion(CodDatastore datastore, DeleteDependenciesOptions options)
{
    private const string SchemeMark = "://";

    /// <summary>How the file systems that are usual here compare names; of two that only look alike, the file stays.</summary>
    private static readonly StringComparison PathComparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <param name="records">The instances, which are proven to be stored.</param>
    /// <param name="cancellationToken">Ends the call early; what is deleted by then is.</param>
    public async Task<DependencyReport> RunAsync(IReadOnlyList<InstanceRecord> records, CancellationToken cancellationToken)
    {
        string[] uris = [.. records.SelectMany(record => record.Dependencies).Distinct()];

        // Of an instance that was made from one file, that file must have its bytes.
        ILookup<string, InstanceRecord> only = records.Where(record => record.Dependencies.Distinct().Count() == 1).ToLookup(record => record.Dependencies[0]);
        var outcomes = new DependencyOutcome[uris.Length];
        await Parallel.ForAsync(
            0,
            uris.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.MaxParallelism), CancellationToken = cancellationToken },
            async (i, token) => outcomes[i] = await TryDeleteAsync(uris[i], [.. only[uris[i]]], token).ConfigureAwait(false)).ConfigureAwait(false);
        if (!options.DryRun)
        {
            Count(outcomes);
        }

        return new DependencyReport { IsDryRun = options.DryRun, Outcomes = outcomes };
    }

    private void Count(DependencyOutcome[] outcomes)
    {
        foreach (DependencyOutcome outcome in outcomes)
        {
            datastore.Meter.DeletedDependencies.Add(1, TelemetryTag.Outcome, outcome.Fate.ToString());
            datastore.Meter.DeletedBytes.Add(outcome.Fate == DependencyFate.Deleted ? outcome.SizeBytes : 0);
        }
    }

    private async Task<DependencyOutcome> TryDeleteAsync(string uri, InstanceRecord[] copies, CancellationToken cancellationToken)
    {
        try
        {
            return FindRefusal(uri) is { } reason
                ? new DependencyOutcome(uri, DependencyFate.Refused, Reason: reason)
                : datastore.Sources.ResolveBucket(uri) is { } place
                    ? await DeleteObjectAsync(uri, place.Bucket, place.Name, copies, cancellationToken).ConfigureAwait(false)
                    : await DeleteFileAsync(uri, copies, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is CodException or IOException or UnauthorizedAccessException or ArgumentException or UriFormatException)
        {
            return new DependencyOutcome(uri, DependencyFate.Failed, Reason: error.Message);
        }
    }

    private string? FindRefusal(string uri)
    {
        int scheme = uri.IndexOf(SchemeMark, StringComparison.Ordinal);
        string kind = scheme < 0 ? "FILE" : uri[..scheme].ToUpperInvariant();
        if (scheme >= 0 && (kind is not ("FILE" or "GS" or "HTTP" or "HTTPS") || uri.IndexOf(SchemeMark, scheme + 1, StringComparison.Ordinal) >= 0))
        {
            return "it lies inside another file";
        }

        if (kind is "HTTP" or "HTTPS")
        {
            return "it is on a web server";
        }

        if (kind == "FILE" && !Path.IsPathFullyQualified(new FileInstanceSource(uri).Path))
        {
            return "it is a relative path, and was meant from a directory that nothing tells";
        }

        return IsInDatastore(uri, kind) ? "it is part of the datastore" : options.Filter?.Invoke(uri) == false ? "it is not wanted" : null;
    }

    private bool IsInDatastore(string uri, string kind)
    {
        if (kind == "GS" || datastore.Store.IsRemote)
        {
            return uri.StartsWith(datastore.Uri + "/", StringComparison.OrdinalIgnoreCase);
        }

        string root = Path.GetFullPath(datastore.Store.RootUri) + Path.DirectorySeparatorChar;
        return Path.GetFullPath(new FileInstanceSource(uri).Path).StartsWith(root, PathComparison);
    }

    private async Task<DependencyOutcome> DeleteObjectAsync(
        string uri, IObjectStore bucket, string name, InstanceRecord[] copies, CancellationToken cancellationToken)
    {
        if (await bucket.GetInfoAsync(name, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            return new DependencyOutcome(uri, DependencyFate.Missing);
        }

        if (FindMismatch(copies, info.SizeBytes, info.Crc32c) is { } mismatch)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, info.SizeBytes, mismatch);
        }

        try
        {
            if (!options.DryRun)
            {
                await bucket.DeleteAsync(name, ObjectPrecondition.GenerationIs(info.Generation), cancellationToken).ConfigureAwait(false);
            }

            return new DependencyOutcome(uri, DependencyFate.Deleted, info.SizeBytes);
        }
        catch (PreconditionFailedException)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, info.SizeBytes, "it changed meanwhile");
        }
    }

    private async Task<DependencyOutcome> DeleteFileAsync(string uri, InstanceRecord[] copies, CancellationToken cancellationToken)
    {
        string path = new FileInstanceSource(uri).Path;
        if (LocalOrigin.Observe(path) is not { } file)
        {
            return Directory.Exists(path)
                ? new DependencyOutcome(uri, DependencyFate.Refused, Reason: "it is a folder")
                : new DependencyOutcome(uri, DependencyFate.Missing);
        }

        if (copies.Length > 0 && FindMismatch(copies, file.SizeBytes, await ChecksumAsync(path, cancellationToken).ConfigureAwait(false)) is { } mismatch)
        {
            return new DependencyOutcome(uri, DependencyFate.Mismatched, file.SizeBytes, mismatch);
        }

        return !options.DryRun && file.TryDelete() is { } reason
            ? new DependencyOutcome(uri, DependencyFate.Failed, file.SizeBytes, reason)
            : new DependencyOutcome(uri, DependencyFate.Deleted, file.SizeBytes);
    }

    private static string? FindMismatch(InstanceRecord[] copies, long sizeBytes, uint? crc32c) =>
        copies.FirstOrDefault(record => record.SizeBytes != sizeBytes || record.Crc32c != crc32c) is { } other
            ? $"it has {sizeBytes} bytes with CRC-32C {(crc32c is { } known ? Crc32c.ToBase64(known) : "unknown")}, "
                + $"instance {other.Uid} has {other.SizeBytes} with {Crc32c.ToBase64(other.Crc32c)}"
            : null;

    private static async Task<uint> ChecksumAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file = InstanceScanner.OpenFile(path);
        await using (file.ConfigureAwait(false))
        {
            var passing = new PassingStream(file, copyTo: null);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            return passing.Crc32c;
        }
    }
}
