using System.Text;
using CloudOptimizedDicom.Tests.Part10;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>Damaged files are stored as they are or refused; what was there before never suffers.</summary>
public sealed class AppendMutationTests
{
    private const int Mutations = 20_000;
    private const int FilesPerAppend = 2_000;

    private static readonly SeriesId Id = new("1.2.826.0.1.3680043.8.498.7001.93", "1.2.826.0.1.3680043.8.498.7001.93.1");
    private static readonly string[] Good = [.. Enumerable.Range(1, 5).Select(i => Repository.TestData("dicom", "appendset", $"{i}.dcm")).Where(File.Exists)];

    private TemporaryDatastore _store = null!;

    [SetUp]
    public async Task StoreGoodFiles()
    {
        _store = await TemporaryDatastore.CreateAsync();
        await _store.StoreAsync(Id, CodMode.Write, Good);
    }

    [TearDown]
    public async Task DeleteStore() => await _store.DisposeAsync();

    [Test]
    [CancelAfter(300_000)]
    public async Task AppendAsync_MutatedFiles_NeverHarmASeries(CancellationToken cancellationToken)
    {
        var taken = new Dictionary<string, uint>();
        byte[][] sources = [.. Good.Select(File.ReadAllBytes)];
        string folder = Directory.CreateDirectory(Path.Combine(_store.Directory, "mutated")).FullName;
        for (int seed = 0; seed < Mutations; seed += FilesPerAppend)
        {
            string[] files = await WriteAsync(folder, seed, sources, cancellationToken);
            AppendResult result = await _store.StoreAsync(Id, CodMode.Append, files);
            Assert.That(result.New.Count + result.Same.Count + result.Conflict.Count + result.Errors.Count, Is.EqualTo(files.Length));
            Assert.That(result.Errors.Select(error => error.Error), Is.All.InstanceOf<CodException>());
            foreach (Instance instance in result.New)
            {
                taken.Add(instance.StoredUid!, Crc32c.Compute(await File.ReadAllBytesAsync(instance.OriginalPath, cancellationToken)));
            }
        }

        List<(string Uid, byte[] Bytes)> stored = await _store.ReadAllAsync(Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored.Take(Good.Length).Select(instance => instance.Bytes), Is.EqualTo(sources));
            Assert.That(stored.Skip(Good.Length).ToDictionary(instance => instance.Uid, instance => Crc32c.Compute(instance.Bytes)), Is.EqualTo(taken));
            Assert.That(await _store.VerifyAsync(Id), Is.Empty);
            Assert.That(taken, Has.Count.GreaterThan(Mutations / 5), "files that are all refused prove little");
            Assert.That(taken, Has.Count.LessThan(Mutations * 4 / 5), "files that are all taken prove little");
        }
    }

    /// <summary>Each file has a UID of its own before it is damaged.</summary>
    private static async Task<string[]> WriteAsync(string folder, int firstSeed, byte[][] sources, CancellationToken cancellationToken)
    {
        string[] files = [.. Enumerable.Range(firstSeed, FilesPerAppend).Select(seed => Path.Combine(folder, $"{seed % FilesPerAppend}.dcm"))];
        for (int i = 0; i < files.Length; i++)
        {
            int seed = firstSeed + i;
            await File.WriteAllBytesAsync(files[i], Mutation.Create(seed, [.. sources.Select(source => WithUid(source, seed))]), cancellationToken);
        }

        return files;
    }

    /// <summary>The SOP Instance UIDs begin with the UID of the series, which has to stay.</summary>
    private static byte[] WithUid(byte[] source, int seed)
    {
        byte[] file = [.. source];
        byte[] old = Encoding.ASCII.GetBytes(Id.SeriesUid + ".");
        byte[] unique = Encoding.ASCII.GetBytes($"1.2.{seed + 1_000_000}.".PadRight(old.Length, '1'));
        for (int at = file.AsSpan().IndexOf(old); at >= 0; at = file.AsSpan().IndexOf(old))
        {
            unique.CopyTo(file.AsSpan(at));
        }

        return file;
    }
}
