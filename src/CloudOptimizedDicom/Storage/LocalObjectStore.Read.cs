using CloudOptimizedDicom.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Storage;

public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No object of a directory can have this name.</exception>
    public Task<ObjectContent?> OpenReadAsync(
        string name, ObjectReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        var path = new ObjectPath(_root, name);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<ObjectContent?>(cancellationToken);
        }

        try
        {
            // At once: it takes a few calls to the system, and to hand them to another thread would take longer.
            return Task.FromResult(Open(path, options ?? new ObjectReadOptions()));
        }
        catch (Exception error)
        {
            return Task.FromException<ObjectContent?>(IsOfFileSystem(error) ? Translate("read", name, error) : error);
        }
    }

    private ObjectContent? Open(ObjectPath path, ObjectReadOptions options)
    {
        for (int attempt = 1; OpenFile(path) is { } file; attempt++)
        {
            ObjectContent? content = null;
            try
            {
                // Whoever asks for a range of the generation that he knows needs nothing of what the side file tells.
                FileState state = FileState.Of(file);
                bool isPinned = options.Range is not null && options.IfGenerationMatch == state.Generation;
                if ((isPinned ? ToInfo(path, state, record: null) : Describe(path, state, attempt)) is { } info)
                {
                    return content = ToContent(file, info, options);
                }
            }
            finally
            {
                if (content is null)
                {
                    file.Dispose();
                }
            }
        }

        return null;
    }

    private static SafeFileHandle? OpenFile(ObjectPath path)
    {
        try
        {
            return path.Stat() is null
                ? null
                : RegularFile.TryOpenRead(path.FilePath, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private ObjectContent ToContent(SafeFileHandle file, ObjectInfo info, ObjectReadOptions options)
    {
        string uri = UriOf(info.Name);
        if (options.IfGenerationMatch is { } expected && expected != info.Generation)
        {
            throw new PreconditionFailedException("read", uri, ObjectPrecondition.GenerationIs(expected));
        }

        if (options.IfGenerationNotMatch == info.Generation)
        {
            file.Dispose();
            return new ObjectContent(info, default, Stream.Null) { IsNotModified = true };
        }

        var whole = new ByteRange(0, info.SizeBytes);
        ByteRange range = options.Range is { } wanted ? Cut(wanted, info.SizeBytes) : whole;
        return new ObjectContent(info, range, new FileContentStream(file, range, uri, range == whole && options.VerifyChecksum ? info.Crc32c : null));
    }

    private static ByteRange Cut(ByteRange range, long sizeBytes) => range.Offset < sizeBytes
        ? ByteRange.FromStartAndEnd(range.Offset, Math.Min(range.End, sizeBytes))
        : throw new ArgumentOutOfRangeException(
            nameof(range), range, $"The range begins behind the last byte of an object of {sizeBytes} bytes.");
}
