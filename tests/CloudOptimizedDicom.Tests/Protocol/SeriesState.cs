using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What a new reader sees of a series, through the public API, reading every instance whole.</summary>
/// <param name="Checksums">What the metadata says of each instance, in stored order; null when there is no series.</param>
/// <param name="Failures">Why instances could not be read.</param>
internal sealed record SeriesState(IReadOnlyList<string>? Checksums, IReadOnlyList<CodException> Failures)
{
    public bool IsReadable => Failures.Count == 0;

    /// <summary>Reads; bytes that the metadata does not promise fail the test.</summary>
    public static async Task<SeriesState> ReadAsync(CodDatastore datastore, SeriesId id)
    {
        try
        {
            await using CodObject series = await datastore.OpenSeriesAsync(id.StudyUid, id.SeriesUid, CodMode.Read);
            var failures = new List<CodException>();
            foreach (Instance instance in series.GetInstances())
            {
                await ReadAsync(series, instance.Record!, failures);
            }

            return new SeriesState([.. series.GetInstances().Select(instance => Describe(instance.Record!.Uid, instance.Record.Crc32c))], failures);
        }
        catch (CodObjectNotFoundException)
        {
            return new SeriesState(null, []);
        }
    }

    public bool Shows(SeriesState other) =>
        Checksums is null || other.Checksums is null ? Checksums is null && other.Checksums is null : Checksums.SequenceEqual(other.Checksums);

    /// <summary>Whether both have the same instances, in whatever order.</summary>
    public bool HasSameInstances(SeriesState other) => (Checksums ?? []).ToHashSet().SetEquals(other.Checksums ?? []);

    /// <summary>
    /// Reads an instance in two parts, the second one first: a stream that is read from its first byte on compares checksums
    /// itself, which would hide what came from the store.
    /// </summary>
    public static async Task<byte[]> ReadUncheckedAsync(Stream instance)
    {
        byte[] bytes = new byte[instance.Length];
        instance.Position = 1;
        await instance.ReadExactlyAsync(bytes.AsMemory(1));
        instance.Position = 0;
        await instance.ReadExactlyAsync(bytes.AsMemory(0, 1));
        return bytes;
    }

    /// <summary>An instance as <see cref="Checksums"/> has it.</summary>
    public static string Describe(string uid, uint crc32c) => $"{uid[(uid.LastIndexOf('.') + 1)..]}:{Crc32c.ToBase64(crc32c)}";

    public override string ToString() => $"{(Checksums is null ? "no series" : string.Join(' ', Checksums))}; {string.Join("; ", Failures.Select(failure => failure.Message))}";

    private static async Task ReadAsync(CodObject series, InstanceRecord record, List<CodException> failures)
    {
        try
        {
            await using Stream stream = await series.OpenInstanceAsync(record.Uid);
            byte[] bytes = await ReadUncheckedAsync(stream);
            Assert.That(Crc32c.Compute(bytes), Is.EqualTo(record.Crc32c), $"other bytes for {record.Uid}");
        }
        catch (CodException error) when (error is not ObjectStoreException)
        {
            failures.Add(error);
        }
    }
}
