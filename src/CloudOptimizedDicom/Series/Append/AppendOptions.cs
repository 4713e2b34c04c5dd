namespace CloudOptimizedDicom;

/// <summary>How instances are appended.</summary>
public sealed record AppendOptions
{
    private const long GiB = 1L << 30;

    /// <summary>How many instances are read at once.</summary>
    /// <value>The default is the number of processors. Each holds up to 4 MiB.</value>
    public int MaxParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>The largest instance that is taken, in bytes (inclusive); others are an <see cref="InstanceTooLargeException"/>.</summary>
    /// <value>The default is 10 GiB.</value>
    public long MaxInstanceBytes { get; init; } = 10 * GiB;

    /// <summary>
    /// How many bytes (inclusive) the instances of the series may have in all; those that are new and do not fit are a
    /// <see cref="SeriesTooLargeException"/>.
    /// </summary>
    /// <value>The default is 100 GiB.</value>
    public long MaxSeriesBytes { get; init; } = 100 * GiB;

    /// <summary>
    /// Whether an instance whose UID is there with other bytes counts as the same when the value of its Pixel Data (7FE0,0010)
    /// is the same, byte for byte. The stored one is fetched for that. Where one of the two has none, or is Deflated, so that
    /// it has none in the file as such, it stays a conflict.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool TreatMetadataDiffsAsSame { get; init; }

    /// <summary>
    /// Whether an instance whose UID is not there counts as the same when the same picture is stored as JPEG 2000 under another UID, and came
    /// from the same path. Python 0.2.x stores so, with a UID that it draws. It is the same picture when the series, and the numbers,
    /// times, place and size of the image are equal. Otherwise it is stored, with an <see cref="InstanceWarning"/>.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool SameByPath { get; init; }

    /// <summary>
    /// Whether files of this machine are deleted once their bytes are stored: by the next sync that succeeds, those of new
    /// instances and of those that are there with the same bytes. Each is read once more before it goes, and stays if its bytes,
    /// its times or its inode are not those of the file that was read, if it is a symbolic link, or part of a datastore.
    /// Hints do not save reading them. Where that sync brings no archive, the stored series is verified first, which reads all
    /// of it; if it is damaged or no longer held, the files stay. A file that cannot be deleted is logged and stays.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DeleteLocalOrigin { get; init; }

    /// <summary>
    /// Whether instances with warnings (<see cref="Instance.Warnings"/>) are not stored, but an <see cref="InstanceRefusedException"/>.
    /// One that is there with the same bytes is the same, whatever its warnings.
    /// </summary>
    /// <value>The default is <see langword="false"/>: they are stored as they are, and the warnings reported.</value>
    public bool Strict { get; init; }

    /// <summary>
    /// Whether a whole instance takes the place of its own beginning, as a transfer that broke off has left it: of a stored
    /// instance of the same UID whose bytes are, byte for byte, the first of the new one's. The new one must have no warnings.
    /// The archive is made anew without the old bytes, which are gone with the sync that stores the new ones.
    /// </summary>
    /// <value>The default is <see langword="false"/>: it is a conflict, <see cref="AppendReason.StoredIsBeginning"/>.</value>
    public bool ReplaceTruncated { get; init; }

    /// <summary>Told after each instance.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<InstanceProgress>? Progress { get; init; }
}
