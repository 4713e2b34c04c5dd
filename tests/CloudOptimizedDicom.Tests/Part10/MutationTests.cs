using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Tests.Part10;

/// <summary>Damaged files give a result or one of our exceptions, in bounded memory, and never hang.</summary>
public sealed class MutationTests
{
    private const int Mutations = 100_000;

    /// <summary>Every so many are also read from a stream in small portions, which is slow.</summary>
    private const int StreamEvery = 10;

    private const long MaxAllocatedBytes = 64 * 1024 * 1024;

    [Test]
    [CancelAfter(600_000)]
    public void ReadAsync_MutatedFiles_GiveAResultOrACodException(CancellationToken cancellationToken)
    {
        byte[][] files =
        [
            .. Part10ReaderTests.AllFiles().Select(Part10ReaderTests.Load),
            .. Directory.EnumerateFiles(Repository.TestData("cases"), "*.dcm").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        ];
        var failures = new ConcurrentQueue<string>();
        int results = 0;
        Parallel.For(0, Mutations, new ParallelOptions { CancellationToken = cancellationToken }, seed =>
        {
            byte[] file = Mutation.Create(seed, files);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (Read(file, seed, cancellationToken))
                {
                    Interlocked.Increment(ref results);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                failures.Enqueue($"seed {seed}: {error}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MaxAllocatedBytes)
            {
                failures.Enqueue($"seed {seed}: {allocated} bytes allocated for a file of {file.Length}");
            }
        });
        Assert.That(failures.Take(5), Is.Empty, $"{failures.Count} of {Mutations}");
        Assert.That(results, Is.GreaterThan(Mutations / 4), "mutations that leave nothing to read prove little");
    }

    /// <summary>Whether the file could be read; both ways of reading must agree.</summary>
    private static bool Read(byte[] file, int seed, CancellationToken cancellationToken)
    {
        byte[]? fromMemory = ReadJson(() => Wait(Part10Reader.ReadAsync(file, cancellationToken: cancellationToken)));
        if (seed % StreamEvery == 0)
        {
            var random = new Random(seed);
            byte[]? fromStream = ReadJson(() =>
            {
                using var stream = new TricklingStream(file, () => random.Next(1, 200));
                return Wait(Part10Reader.ReadAsync(stream, null, null, cancellationToken));
            });
            if (!(fromMemory is null ? fromStream is null : fromMemory.AsSpan().SequenceEqual(fromStream)))
            {
                throw new InvalidOperationException($"{fromMemory?.Length} bytes of JSON from memory, {fromStream?.Length} or other ones from a stream.");
            }
        }

        return fromMemory is not null;
    }

    private static byte[]? ReadJson(Func<DicomDataset> read)
    {
        try
        {
            using DicomDataset dataset = read();
            var output = new ArrayBufferWriter<byte>();
            DicomJsonWriter.Write(output, dataset, "series.tar://instances/1.dcm");
            using var json = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = DicomJsonWriter.MaxJsonDepth });
            FrameIndexBuilder.Build(dataset);
            return [.. output.WrittenSpan, .. Encoding.UTF8.GetBytes(string.Join('\n', dataset.Warnings))];
        }
        catch (CodException)
        {
            return null;
        }
    }

    /// <summary>Nothing here ever waits: all of it happens on the thread whose allocations are counted.</summary>
    private static DicomDataset Wait(ValueTask<DicomDataset> task)
    {
        Assert.That(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }
}
