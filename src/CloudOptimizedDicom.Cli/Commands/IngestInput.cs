using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What <c>cod ingest</c> is told to store. Its counts are right once it was read.</summary>
/// <param name="paths">Files, folders (in the order of their names) and URIs.</param>
/// <param name="listings">URI prefixes whose objects are meant.</param>
/// <param name="inventory">A file with an inventory, - for standard input; null for none.</param>
/// <param name="uidHasher">Makes the UIDs that instances are stored under; null for their own.</param>
internal sealed class IngestInput(string[] paths, string[] listings, string? inventory, Func<string, string>? uidHasher)
{
    private const int PrefixOffset = 128;
    private const int NamesPerListRequest = 1000;

    /// <summary>What was found, not named. It does not keep them: there may be millions.</summary>
    private readonly ConditionalWeakTable<Instance, object> _found = [];
    private int _skipped;

    /// <summary>Files in folders and below prefixes that are not DICOM at all.</summary>
    public int Skipped => _skipped;

    /// <summary>List requests that were made.</summary>
    public int ListRequests { get; private set; }

    /// <summary>Told of every instance, before it is looked at.</summary>
    public Action? OnInstance { get; set; }

    /// <summary>Told of a row of the inventory that cannot be used; null to end there.</summary>
    public Action<InventoryException>? OnBadRow { get; set; }

    /// <summary>Told of a folder that cannot be read, or of a file in one whose name is not text; null to end there.</summary>
    public Action<SourceReadException>? OnUnreadable { get; set; }

    /// <summary>Reads it.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="SourceReadException">A folder cannot be read.</exception>
    /// <exception cref="InventoryException">The inventory cannot be used.</exception>
    public async IAsyncEnumerable<Instance> ReadAsync(CodDatastore datastore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Instance instance in paths.SelectMany(path => Expand(path, cancellationToken)))
        {
            yield return instance;
        }

        foreach (string listing in listings)
        {
            int names = 0;
            await foreach (Instance instance in datastore.ListInstancesAsync(listing, cancellationToken))
            {
                names++;
                if (instance.Hints.SizeBytes == 0)
                {
                    // A placeholder for a folder.
                    Interlocked.Increment(ref _skipped);
                    continue;
                }

                yield return Found(new Instance(instance.DicomUri) { Hints = instance.Hints, UidHasher = uidHasher });
            }

            ListRequests += Math.Max(1, (names + NamesPerListRequest - 1) / NamesPerListRequest);
        }

        if (inventory is not null)
        {
            await using Stream rows = await InputStream.OpenAsync(inventory, cancellationToken);
            await foreach (Instance instance in InstanceInventory.ReadAsync(rows, uidHasher, OnBadRow, cancellationToken))
            {
                OnInstance?.Invoke();
                yield return instance;
            }
        }
    }

    /// <summary>Whether something that cannot be read was never meant: not DICOM, and found rather than named. It is counted then.</summary>
    public bool Skip(AppendError error)
    {
        string path = error.Instance.OriginalPath;
        if (error.Error is not InvalidDicomException || !_found.TryGetValue(error.Instance, out _) || (File.Exists(path) && HasPrefix(path)))
        {
            return false;
        }

        Interlocked.Increment(ref _skipped);
        return true;
    }

    private IEnumerable<Instance> Expand(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            var folder = InstanceFolder.Read(path, cancellationToken);
            foreach (SourceReadException error in folder.Errors)
            {
                (OnUnreadable ?? throw error).Invoke(error);
            }

            Interlocked.Add(ref _skipped, folder.OtherFiles);
            return folder.Files.Select(file => Found(ToInstance(file)));
        }

        if (!path.Contains("://", StringComparison.Ordinal) && !MayExist(path))
        {
            throw new FileNotFoundException($"There is no file or folder {RedactedUri.Redact(path)}.", RedactedUri.Redact(path));
        }

        OnInstance?.Invoke();
        return [ToInstance(path)];
    }

    /// <summary>Not only what is there, but also what cannot be looked at: that fails by itself, and says why.</summary>
    private static bool MayExist(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private Instance Found(Instance instance)
    {
        _found.Add(instance, this);
        OnInstance?.Invoke();
        return instance;
    }

    private Instance ToInstance(string uri) => new(uri) { UidHasher = uidHasher };

    /// <summary>Whether "DICM" stands where it should, so that what cannot be read is damaged and not something else.</summary>
    private static bool HasPrefix(string file)
    {
        try
        {
            Span<byte> prefix = stackalloc byte[4];
            using var handle = File.OpenHandle(file);
            return RandomAccess.Read(handle, prefix, PrefixOffset) == prefix.Length && prefix.SequenceEqual("DICM"u8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
