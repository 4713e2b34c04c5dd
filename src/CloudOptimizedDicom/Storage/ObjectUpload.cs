using System.Runtime.InteropServices;
using CloudOptimizedDicom.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage;

/// <summary>What is to be written: bytes that can be read again from the start, and what is kept beside them.</summary>
public sealed record ObjectUpload
{
    private ObjectUpload(Func<Stream> open, long sizeBytes, uint crc32c)
    {
        Open = open;
        SizeBytes = sizeBytes;
        Crc32c = crc32c;
    }

    /// <summary>Number of bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>CRC-32C of the bytes; the store refuses others.</summary>
    public uint Crc32c { get; }

    /// <summary>A file that holds just the bytes and may be moved away by the store.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? MovableFile { get; private init; }

    /// <summary>The object that has the bytes, where they are not here.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public ObjectOrigin? Origin { get; private init; }

    /// <summary>
    /// Tells this upload from all others, even of the same bytes; a copy made by <see langword="with"/> keeps it. The store
    /// keeps it beside the object, so that an upload which is repeated finds what it has done already.
    /// </summary>
    /// <value>The default is a new one.</value>
    public Guid UploadId { get; init; } = Guid.NewGuid();

    /// <summary>The media type.</summary>
    /// <value>The default is <c>application/octet-stream</c>.</value>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary><c>gzip</c> when the bytes are compressed.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? ContentEncoding { get; init; }

    /// <summary>The storage class.</summary>
    /// <value>The default is <see langword="null"/>: the bucket's own. A directory has none.</value>
    public string? StorageClass { get; init; }

    /// <summary>Custom metadata.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Opens the bytes at their beginning; the caller disposes the stream, which can seek.</summary>
    internal Func<Stream> Open { get; }

    /// <summary>Bytes in memory, which must not change until the upload is over.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The upload.</returns>
    public static ObjectUpload FromMemory(ReadOnlyMemory<byte> bytes) =>
        new(
            () => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
                ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
                : new MemoryStream(bytes.ToArray(), writable: false),
            bytes.Length,
            CloudOptimizedDicom.Crc32c.Compute(bytes.Span));

    /// <summary>A file whose checksum is known.</summary>
    /// <param name="path">The file, which must not change until the upload is over.</param>
    /// <param name="sizeBytes">Its bytes.</param>
    /// <param name="crc32c">Their CRC-32C.</param>
    /// <param name="mayMove">Whether the store may take the file itself.</param>
    /// <returns>The upload.</returns>
    public static ObjectUpload FromFile(string path, long sizeBytes, uint crc32c, bool mayMove = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream OpenFile() => new(RegularFile.OpenRead(path, FileShare.ReadWrite | FileShare.Delete), FileAccess.Read, bufferSize: 0);
        return new(OpenFile, sizeBytes, crc32c)
        {
            MovableFile = mayMove ? path : null,
        };
    }

    /// <summary>An open file, which may have no name any more; it must not be closed until the upload is over.</summary>
    /// <param name="file">The file, which must not change until then either.</param>
    /// <param name="sizeBytes">Its bytes.</param>
    /// <param name="crc32c">Their CRC-32C.</param>
    internal static ObjectUpload FromHandle(SafeFileHandle file, long sizeBytes, uint crc32c) =>
        new(() => new HandleStream(file, new ByteRange(0, sizeBytes)), sizeBytes, crc32c);

    /// <summary>The bytes of an object elsewhere, for a store that can copy them by itself.</summary>
    /// <param name="store">Where the object is; <see cref="IObjectStore.CanCopyFrom"/> must hold of it.</param>
    /// <param name="info">The object in the generation that is to be copied, with its checksum.</param>
    /// <returns>The upload; what is kept beside the bytes is not copied.</returns>
    /// <exception cref="ArgumentException">The checksum is not known.</exception>
    public static ObjectUpload FromObject(IObjectStore store, ObjectInfo info)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(info);
        uint crc32c = info.Crc32c ?? throw new ArgumentException("The checksum of the object is not known.", nameof(info));
        return new(() => throw new InvalidOperationException($"The bytes of {store.RootUri}/{info.Name} are not here."), info.SizeBytes, crc32c)
        {
            Origin = new ObjectOrigin(store, info),
        };
    }
}
