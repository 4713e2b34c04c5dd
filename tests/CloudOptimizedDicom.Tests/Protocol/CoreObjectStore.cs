using System.Runtime.CompilerServices;
using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>
/// A bucket without HTTP: what <see cref="GcsObjectStore"/> does at the emulator, each call in one step that ends before the
/// call returns.
/// </summary>
internal sealed class CoreObjectStore(GcsObjectCore core, string bucket) : IObjectStore
{
    private const int PreconditionFailed = 412;

    public string RootUri => $"gs://{bucket}";

    public bool IsRemote => true;

    public string? StagingDirectory => null;

    public Task<ObjectInfo?> GetInfoAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Find(name));
    }

    public Task<ObjectContent?> OpenReadAsync(string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(name) is not { } info)
        {
            return Task.FromResult<ObjectContent?>(null);
        }

        if (options?.IfGenerationMatch is { } expected && expected != info.Generation)
        {
            throw new PreconditionFailedException("read", UriOf(name), ObjectPrecondition.GenerationIs(expected));
        }

        if (options?.IfGenerationNotMatch == info.Generation)
        {
            return Task.FromResult<ObjectContent?>(new ObjectContent(info, default, Stream.Null) { IsNotModified = true });
        }

        if (options?.Range is { } wanted && wanted.Offset >= info.SizeBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(options), wanted, "The range begins behind the last byte of the object.");
        }

        (_, Stream content) = core.OpenRead(bucket, name, GcsConditions.None);
        return Task.FromResult<ObjectContent?>(options?.Range is { } range
            ? Cut(info, ByteRange.FromStartAndEnd(range.Offset, Math.Min(range.End, info.SizeBytes)), content)
            : new ObjectContent(info, new ByteRange(0, info.SizeBytes), content));
    }

    public async Task<ObjectInfo> UploadAsync(
        string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireAnnouncedBytes(name, upload);
        try
        {
            await using Stream content = upload.Open();
            return ToInfo(await core.InsertAsync(bucket, name, content, ToAttributes(upload), ToConditions(precondition), CancellationToken.None));
        }
        catch (GcsErrorException error) when (error.Status == PreconditionFailed)
        {
            return Find(name) is { } live && live.UploadId == upload.UploadId
                ? live
                : throw new PreconditionFailedException("upload", UriOf(name), precondition);
        }
    }

    public Task<bool> DeleteAsync(string name, ObjectPrecondition precondition, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(name) is null)
        {
            return Task.FromResult(false);
        }

        try
        {
            core.Delete(bucket, name, ToConditions(precondition));
            return Task.FromResult(true);
        }
        catch (GcsErrorException error) when (error.Status == PreconditionFailed)
        {
            throw new PreconditionFailedException("delete", UriOf(name), precondition);
        }
    }

    public async IAsyncEnumerable<ObjectListEntry> ListAsync(
        string prefix, string delimiter = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? pageToken = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            Testing.Objects.GcsPage page = core.List(bucket, new GcsListQuery { Prefix = prefix, Delimiter = delimiter, PageToken = pageToken });
            pageToken = page.NextPageToken;
            IEnumerable<ObjectListEntry> entries = page.Items.Select(item => new ObjectListEntry(item.Name, ToInfo(item)))
                .Concat(page.Prefixes.Select(folded => new ObjectListEntry(folded, Object: null)));
            foreach (ObjectListEntry entry in entries.OrderBy(entry => entry.Name, Utf8Order.Instance))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entry;
            }
        }
        while (pageToken is not null);
        await Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static GcsConditions ToConditions(ObjectPrecondition precondition) => new() { IfGenerationMatch = precondition.Generation };

    private static GcsObjectAttributes ToAttributes(ObjectUpload upload) => new()
    {
        ContentType = upload.ContentType,
        ContentEncoding = upload.ContentEncoding,
        StorageClass = upload.StorageClass ?? "STANDARD",
        Metadata = new Dictionary<string, string>(upload.Metadata) { [GcsResource.UploadIdKey] = upload.UploadId.ToString("D") },
    };

    private static ObjectContent Cut(ObjectInfo info, ByteRange range, Stream content)
    {
        byte[] bytes = new byte[range.Length];
        using (content)
        {
            content.Position = range.Offset;
            content.ReadExactly(bytes);
        }

        return new ObjectContent(info, range, new MemoryStream(bytes, writable: false));
    }

    private void RequireAnnouncedBytes(string name, ObjectUpload upload)
    {
        using Stream content = upload.Open();
        byte[] buffer = new byte[1 << 16];
        Crc32c crc32c = default;
        while (content.Read(buffer) is > 0 and int read)
        {
            crc32c.Append(buffer.AsSpan(0, read));
        }

        if (content.Length != upload.SizeBytes || crc32c.Value != upload.Crc32c)
        {
            throw new ChecksumMismatchException("upload", UriOf(name), upload.Crc32c, crc32c.Value);
        }
    }

    private ObjectInfo? Find(string name) => core.Find(bucket, name) is { } found ? ToInfo(found) : null;

    private ObjectInfo ToInfo(GcsObject found)
    {
        var metadata = new Dictionary<string, string>(found.Attributes.Metadata);
        bool hasUploadId = metadata.Remove(GcsResource.UploadIdKey, out string? uploadId);
        return new ObjectInfo
        {
            Name = found.Name,
            Generation = found.Generation,
            SizeBytes = found.SizeBytes,
            Crc32c = found.Crc32c,
            ContentType = found.Attributes.ContentType,
            ContentEncoding = found.Attributes.ContentEncoding,
            StorageClass = found.Attributes.StorageClass,
            TimeCreated = found.TimeCreated,
            TimeAnswered = core.TimeProvider.GetUtcNow(),
            UploadId = hasUploadId && Guid.TryParse(uploadId, out Guid id) ? id : null,
            Metadata = metadata,
        };
    }

    private string UriOf(string name) => $"{RootUri}/{name}";
}
