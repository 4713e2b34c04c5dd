using System.Text;

namespace CloudOptimizedDicom.Testing.Objects;

public sealed partial class GcsObjectCore
{
    // Cloud Storage, "About objects": a name has 1 to 1024 bytes of UTF-8 and no line ends.
    private const int MaxNameBytes = 1024;

    /// <summary>Writes an object.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <param name="content">Its bytes, read to the end.</param>
    /// <param name="attributes">What to keep beside them; <see langword="null"/> for nothing.</param>
    /// <param name="conditions">What must hold of the live object when all bytes are there; <see langword="null"/> for nothing.</param>
    /// <param name="cancellationToken">Ends the call early; nothing has changed then.</param>
    /// <returns>The new object.</returns>
    /// <exception cref="GcsErrorException">400, 404, 412, or 304.</exception>
    public async Task<GcsObject> InsertAsync(
        string bucket,
        string name,
        Stream content,
        GcsObjectAttributes? attributes = null,
        GcsConditions? conditions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        BlobWriter writer = CreateWriter();
        await using (writer.ConfigureAwait(false))
        {
            byte[] buffer = new byte[1 << 16];
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            Blob blob = await writer.CompleteAsync().ConfigureAwait(false);
            return Insert(bucket, name, blob, attributes ?? new GcsObjectAttributes(), conditions ?? GcsConditions.None);
        }
    }

    /// <summary>Deletes an object.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <param name="conditions">What must hold of it.</param>
    /// <param name="generation">The generation to delete; <see langword="null"/> for the live one.</param>
    /// <exception cref="GcsErrorException">404, 412, or 304.</exception>
    public void Delete(string bucket, string name, GcsConditions conditions, long? generation = null)
    {
        lock (_gate)
        {
            StoredObject stored = RequireStored(bucket, name, conditions, generation);
            _buckets[bucket].Objects.Remove(name);
            _folder.Delete(stored);
        }
    }

    /// <summary>Changes the attributes of an object, which keeps its generation.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="name">The object.</param>
    /// <param name="change">Makes the new attributes of the old ones; called under a lock.</param>
    /// <param name="conditions">What must hold of the object.</param>
    /// <param name="generation">The generation to change; <see langword="null"/> for the live one.</param>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="GcsErrorException">404, 412, or 304.</exception>
    public GcsObject Patch(
        string bucket,
        string name,
        Func<GcsObjectAttributes, GcsObjectAttributes> change,
        GcsConditions conditions,
        long? generation = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_gate)
        {
            StoredObject old = RequireStored(bucket, name, conditions, generation);
            GcsObject info = old.Info with
            {
                Attributes = change(old.Info.Attributes),
                Metageneration = old.Info.Metageneration + 1,
                Updated = TimeProvider.GetUtcNow(),
            };
            StoredObject changed = old with { Info = info };
            _folder.Save(changed);
            _buckets[bucket].Objects[name] = changed;
            return info;
        }
    }

    internal BlobWriter CreateWriter() => new(_folder.NewBlobPath(), _folder.IsKept ? 0 : _options.MaxMemoryBytes);

    // Takes the blob over, whatever happens.
    internal GcsObject Insert(string bucket, string name, Blob blob, GcsObjectAttributes attributes, GcsConditions conditions)
    {
        try
        {
            RequireName(name);
            lock (_gate)
            {
                GcsBucket target = RequireBucket(bucket);
                StoredObject? old = target.Objects.GetValueOrDefault(name);
                conditions.Require(old?.Info);
                var stored = new StoredObject(Describe(bucket, name, blob, attributes), blob);
                _folder.Save(stored);
                target.Objects[name] = stored;
                if (old is not null)
                {
                    _folder.Delete(old);
                }

                return stored.Info;
            }
        }
        catch (GcsErrorException)
        {
            blob.Delete();
            throw;
        }
    }

    private static void RequireName(string name)
    {
        if (name.Length == 0)
        {
            throw new GcsErrorException(400, "required", "Required");
        }

        if (name is "." or ".." || name.AsSpan().ContainsAny('\r', '\n') || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
        {
            throw GcsErrorException.Invalid($"Invalid object name: {name}");
        }
    }

    private GcsObject Describe(string bucket, string name, Blob blob, GcsObjectAttributes attributes)
    {
        DateTimeOffset now = TimeProvider.GetUtcNow();
        _lastGeneration = Math.Max(_lastGeneration + 1, (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        return new GcsObject
        {
            Bucket = bucket,
            Name = name,
            Generation = _lastGeneration,
            Metageneration = 1,
            SizeBytes = blob.SizeBytes,
            Crc32c = blob.Crc32c,
            Md5Hash = blob.Md5Hash,
            Attributes = attributes,
            TimeCreated = now,
            Updated = now,
        };
    }
}
