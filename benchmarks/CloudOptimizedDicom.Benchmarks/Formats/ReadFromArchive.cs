using System.IO.MemoryMappedFiles;
using BenchmarkDotNet.Attributes;
using CloudOptimizedDicom.Benchmarks.Data;
using Microsoft.Win32.SafeHandles;

namespace CloudOptimizedDicom.Benchmarks.Formats;

/// <summary>Random instances and frames out of an archive of a directory, by several means; each opens the file anew where it can.</summary>
public class ReadFromArchive
{
    private const int FileBytes = 60_000;

    private readonly Workspace _workspace = new();
    private readonly Random _random = new(1);
    private readonly byte[] _buffer = new byte[FileBytes];
    private CodDatastore? _datastore;
    private CodObject? _series;
    private Instance[] _instances = [];
    private string _archive = "";

    [Params(100, 1000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Store() => StoreAsync().GetAwaiter().GetResult();

    private async Task StoreAsync()
    {
        string store = _workspace.NewStore();
        _datastore = await CodDatastore.OpenAsync(store);
        await Workspace.StoreAsync(_datastore, _workspace.WriteFiles(Members, FileBytes));
        _series = await Workspace.OpenAsync(_datastore);
        _instances = [.. _series.GetInstances()];
        _archive = Workspace.ArchiveOf(store);
    }

    [GlobalCleanup]
    public void DeleteAll() => DeleteAllAsync().GetAwaiter().GetResult();

    private async Task DeleteAllAsync()
    {
        await _series!.DisposeAsync();
        await _datastore!.DisposeAsync();
        _workspace.Dispose();
    }

    [Benchmark(Baseline = true, Description = "RandomAccess")]
    public int WithRandomAccess()
    {
        ByteRange range = Next();
        using SafeFileHandle archive = File.OpenHandle(_archive);
        return RandomAccess.Read(archive, _buffer.AsSpan(0, (int)range.Length), range.Offset);
    }

    [Benchmark(Description = "FileStream")]
    public int WithFileStream()
    {
        ByteRange range = Next();
        using FileStream archive = File.OpenRead(_archive);
        archive.Position = range.Offset;
        return archive.ReadAtLeast(_buffer, (int)range.Length);
    }

    [Benchmark(Description = "memory map")]
    public int WithMemoryMap()
    {
        ByteRange range = Next();
        using var archive = MemoryMappedFile.CreateFromFile(_archive, FileMode.Open);
        using MemoryMappedViewAccessor view = archive.CreateViewAccessor(range.Offset, range.Length, MemoryMappedFileAccess.Read);
        return view.ReadArray(0, _buffer, 0, (int)range.Length);
    }

    [Benchmark(Description = "ours: an instance, proven")]
    public async Task<int> OurInstance() => (await _series!.ReadInstanceAsync(NextInstance().Record!.Uid)).Length;

    [Benchmark(Description = "ours: a frame")]
    public async Task<int> OurFrame() => (await _series!.ReadFrameAsync(NextInstance().Record!.Uid, 1)).Bytes.Length;

    private ByteRange Next() => NextInstance().Record!.ArchiveRange;

    private Instance NextInstance() => _instances[_random.Next(_instances.Length)];
}
