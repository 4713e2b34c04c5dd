using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Writes every stored instance to <c>directory/uid.dcm</c>, byte for byte, with one request for the whole archive. A file
    /// appears only when its checksum is right; one that is there already with the right bytes is left alone.
    /// </summary>
    /// <param name="directory">Where to; made when missing.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early; the files that are there are whole.</param>
    /// <returns>The files, in stored order.</returns>
    /// <exception cref="InvalidOperationException">There are changes that were not synced.</exception>
    /// <exception cref="TarValidationException">The archive does not hold an instance; those before it are written.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<IReadOnlyList<string>> ExtractAsync(
        string directory, ExtractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (HasPendingChanges)
        {
            throw new InvalidOperationException($"{Uri} has changes that were not synced; sync or discard them before extracting.");
        }

        string root = Path.GetFullPath(directory);
        if (_stored is null || _current.Instances.Count == 0)
        {
            return [];
        }

        Directory.CreateDirectory(root);
        (ObjectContent content, StoredSeries series) = await Reader.OpenWholeAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var archive = new ForwardArchive(content.Content, ArchiveUri);
            int done = 0;
            long bytes = 0;
            foreach (InstanceRecord record in series.Metadata.Instances.OrderBy(record => record.ArchiveRange.Offset))
            {
                await ExtractAsync(archive, record, FilePath(root, record), cancellationToken).ConfigureAwait(false);
                options?.Progress?.Report(new InstanceProgress(++done, bytes += record.SizeBytes));
            }

            return [.. series.Metadata.Instances.Select(record => FilePath(root, record))];
        }
    }

    private static async Task ExtractAsync(ForwardArchive archive, InstanceRecord record, string path, CancellationToken cancellationToken)
    {
        if (await HasAsync(path, record, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        string partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            FileStream file = File.Create(partial);
            await using (file.ConfigureAwait(false))
            {
                await archive.CopyInstanceAsync(record, file, cancellationToken).ConfigureAwait(false);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Whether an earlier run has written the file.</summary>
    private static async Task<bool> HasAsync(string path, InstanceRecord record, CancellationToken cancellationToken)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != record.SizeBytes)
        {
            return false;
        }

        FileStream file = InstanceScanner.OpenFile(path);
        await using (file.ConfigureAwait(false))
        {
            var passing = new PassingStream(file, copyTo: null);
            await passing.DrainAsync(cancellationToken).ConfigureAwait(false);
            return passing.Crc32c == record.Crc32c;
        }
    }

    /// <summary>UIDs of a foreign series are text of unknown origin; only a plain name becomes a file.</summary>
    private static string FilePath(string root, InstanceRecord record) => DicomUid.IsSafeName(record.Uid)
        ? Path.Combine(root, record.Uid + ".dcm")
        : throw new SeriesDamagedException(root, $"\"{record.Uid}\" cannot name a file");
}
