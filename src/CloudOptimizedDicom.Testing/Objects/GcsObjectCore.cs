namespace CloudOptimizedDicom.Testing.Objects;

/// <summary>
/// Buckets and objects with the semantics of Cloud Storage, without HTTP. All members may be called from any thread;
/// each takes effect at once or not at all. There is one live generation of a name and no older ones.
/// </summary>
public sealed partial class GcsObjectCore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, GcsBucket> _buckets = new(StringComparer.Ordinal);
    private readonly GcsObjectCoreOptions _options;
    private readonly ObjectFolder _folder;
    private readonly bool _makesBuckets;
    private long _lastGeneration;

    /// <summary>Opens the objects; those of a root directory are read again.</summary>
    /// <param name="options">Where they are kept; <see langword="null"/> for memory.</param>
    public GcsObjectCore(GcsObjectCoreOptions? options = null)
    {
        _options = options ?? new GcsObjectCoreOptions();
        _folder = new ObjectFolder(_options.RootDirectory);
        _makesBuckets = _options.Buckets.Count == 0;
        foreach (string bucket in _options.Buckets)
        {
            _buckets[bucket] = new GcsBucket(bucket, TimeProvider.GetUtcNow());
        }

        foreach (StoredObject stored in _folder.Load())
        {
            _buckets.TryAdd(stored.Info.Bucket, new GcsBucket(stored.Info.Bucket, stored.Info.TimeCreated));
            _buckets[stored.Info.Bucket].Objects[stored.Info.Name] = stored;
            _lastGeneration = Math.Max(_lastGeneration, stored.Info.Generation);
        }
    }

    /// <summary>The clock, for times and generations.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>The buckets, in the order of their names.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<GcsBucket> GetBuckets()
    {
        lock (_gate)
        {
            return [.. _buckets.Values];
        }
    }

    /// <summary>A bucket.</summary>
    /// <param name="bucket">Its name.</param>
    /// <returns>The bucket, made now if buckets are made on demand.</returns>
    /// <exception cref="GcsErrorException">404.</exception>
    public GcsBucket GetBucket(string bucket)
    {
        lock (_gate)
        {
            return RequireBucket(bucket);
        }
    }

    /// <summary>Makes a bucket.</summary>
    /// <param name="bucket">Its name.</param>
    /// <returns>The bucket.</returns>
    /// <exception cref="GcsErrorException">409 when there is one.</exception>
    public GcsBucket CreateBucket(string bucket)
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        lock (_gate)
        {
            var made = new GcsBucket(bucket, TimeProvider.GetUtcNow());
            return _buckets.TryAdd(bucket, made)
                ? made
                : throw new GcsErrorException(409, "conflict", $"The bucket exists already: {bucket}");
        }
    }

    /// <summary>What is known of an object.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <returns>The object; <see langword="null"/> when there is none.</returns>
    public GcsObject? Find(string bucket, string name)
    {
        lock (_gate)
        {
            return FindStored(bucket, name)?.Info;
        }
    }

    /// <summary>What is known of an object, under conditions.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <param name="conditions">What must hold of it.</param>
    /// <param name="generation">The generation asked for; <see langword="null"/> for the live one.</param>
    /// <returns>The object.</returns>
    /// <exception cref="GcsErrorException">404, 412, or 304.</exception>
    public GcsObject Get(string bucket, string name, GcsConditions conditions, long? generation = null)
    {
        lock (_gate)
        {
            return RequireStored(bucket, name, conditions, generation).Info;
        }
    }

    /// <summary>Opens an object. The bytes stay readable when the object is overwritten or deleted meanwhile.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <param name="conditions">What must hold of it.</param>
    /// <param name="generation">The generation asked for; <see langword="null"/> for the live one.</param>
    /// <returns>The object, and its bytes as stored; the caller disposes the stream, which is seekable.</returns>
    /// <exception cref="GcsErrorException">404, 412, or 304.</exception>
    public (GcsObject Info, Stream Content) OpenRead(string bucket, string name, GcsConditions conditions, long? generation = null)
    {
        lock (_gate)
        {
            StoredObject stored = RequireStored(bucket, name, conditions, generation);
            return (stored.Info, stored.Content.Open());
        }
    }

    /// <summary>Deletes the temporary files. A root directory stays.</summary>
    public void Dispose() => _folder.Dispose();

    private GcsBucket RequireBucket(string bucket)
    {
        if (_buckets.TryGetValue(bucket, out GcsBucket? found))
        {
            return found;
        }

        return _makesBuckets && bucket.Length > 0
            ? _buckets[bucket] = new GcsBucket(bucket, TimeProvider.GetUtcNow())
            : throw GcsErrorException.NoBucket(bucket);
    }

    private StoredObject? FindStored(string bucket, string name) =>
        _buckets.GetValueOrDefault(bucket)?.Objects.GetValueOrDefault(name);

    private StoredObject RequireStored(string bucket, string name, GcsConditions conditions, long? generation)
    {
        StoredObject? stored = RequireBucket(bucket).Objects.GetValueOrDefault(name);
        if (stored is null || (generation is { } asked && asked != stored.Info.Generation))
        {
            throw GcsErrorException.NoObject(bucket, name);
        }

        conditions.Require(stored.Info);
        return stored;
    }
}
