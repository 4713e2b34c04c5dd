using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.Local;

namespace CloudOptimizedDicom;

public sealed partial class CodObject
{
    /// <summary>
    /// Writes every stored instance to a file, byte for byte, with one request for the archive. A file appears only when its
    /// checksum is right. Those that are there already with the right bytes are left alone, and only what lies between the
    /// first and the last one missing is fetched.
    /// </summary>
    /// <param name="directory">Where to; made when missing.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early; the files that are there are whole.</param>
    /// <returns>The files, in stored order.</returns>
    /// <exception cref="ArgumentException">The template leads out of the directory, has an unknown field, or gives two instances one name.</exception>
    /// <exception cref="InvalidOperationException">There are changes that were not synced.</exception>
    /// <exception cref="InstancesNotExtractedException">The archive does not hold some instances; all others are written.</exception>
    /// <exception cref="SeriesChangedException">The series does not come to rest.</exception>
    /// <exception cref="SeriesDamagedException">A UID in the metadata cannot be part of a file's name.</exception>
    /// <exception cref="ObjectStoreException">The store did not answer.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<IReadOnlyList<string>> ExtractAsync(
        string directory, ExtractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new ExtractOptions();
        var names = new InstanceFileNames(Uri, Path.GetFullPath(directory), options.NameTemplate);
        RequireSynced("extracted");
        if (_stored is null)
        {
            return [];
        }

        for (IReadOnlyList<InstanceRecord> records = Reader.Instances; ;)
        {
            List<string> files = names.Name(Id, records);
            HashSet<InstanceRecord> there = await FindThereAsync(records, files, cancellationToken).ConfigureAwait(false);
            if (there.Count == files.Count)
            {
                return files;
            }

            ForwardSeries series = await Reader.OpenWholeAsync(record => !there.Contains(record), cancellationToken).ConfigureAwait(false);
            await using (series.ConfigureAwait(false))
            {
                if (ReferenceEquals(series.Series.Metadata.Instances, records))
                {
                    List<TarValidationException> faults = await ExtractAsync(series, records, files, there, options.Progress, cancellationToken).ConfigureAwait(false);
                    return faults.Count == 0 ? files : throw new InstancesNotExtractedException(Uri, WithoutFaulty(records, files, faults), faults);
                }

                // A writer was at work since the series was opened: what is written is the series of the archive.
                records = series.Series.Metadata.Instances;
            }
        }
    }

    private static List<string> WithoutFaulty(IReadOnlyList<InstanceRecord> records, List<string> files, List<TarValidationException> faults)
    {
        HashSet<string> faulty = [.. faults.Select(fault => fault.InstanceUid)];
        return [.. records.Zip(files).Where(pair => !faulty.Contains(pair.First.Uid)).Select(pair => pair.Second)];
    }

    private static async Task<List<TarValidationException>> ExtractAsync(
        ForwardSeries series,
        IReadOnlyList<InstanceRecord> records,
        List<string> files,
        HashSet<InstanceRecord> there,
        IProgress<InstanceProgress>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<InstanceRecord, string> fileOf = records.Zip(files).ToDictionary(pair => pair.First, pair => pair.Second);
        int done = there.Count;
        long bytes = there.Sum(record => record.SizeBytes);
        List<TarValidationException> faults = [];
        foreach (InstanceRecord record in series.Records)
        {
            try
            {
                await ExtractAsync(series, record, fileOf[record], cancellationToken).ConfigureAwait(false);
                progress?.Report(new InstanceProgress(++done, bytes += record.SizeBytes));
            }
            catch (TarValidationException fault)
            {
                faults.Add(fault);
            }
        }

        return faults;
    }

    /// <summary>The instances that an earlier run has written.</summary>
    private static async Task<HashSet<InstanceRecord>> FindThereAsync(
        IReadOnlyList<InstanceRecord> records, List<string> files, CancellationToken cancellationToken)
    {
        var there = new HashSet<InstanceRecord>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < files.Count; i++)
        {
            if (await HasAsync(files[i], records[i], cancellationToken).ConfigureAwait(false))
            {
                there.Add(records[i]);
            }
        }

        return there;
    }

    private static async Task ExtractAsync(ForwardSeries series, InstanceRecord record, string path, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        ScratchLeftovers.DeletePartialOnce(folder);
        string partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            FileStream file = File.Create(partial);
            await using (file.ConfigureAwait(false))
            {
                await series.CopyInstanceAsync(record, file, cancellationToken).ConfigureAwait(false);
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

        using OpenedFile file = await OpenedFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return file.Stamp.SizeBytes == record.SizeBytes
            && await file.ComputeCrc32cAsync(cancellationToken).ConfigureAwait(false) == record.Crc32c
            && file.FindChange() is null;
    }
}
