using System.Net.Sockets;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>
/// Reads that are cancelled in the middle, and streams that nobody disposes: with a single connection the next read would
/// wait for ever if one kept it, and the buffers that were rented are counted.
/// </summary>
[CancelAfter(120_000)]
[NonParallelizable]
public sealed class CancelledReadTests : SyntheticSeriesFixture
{
    private const int Times = 40;
    private const int Large = 2 * 1024 * 1024;

    private int _connections;
    private CodDatastore _narrow = null!;
    private SocketsHttpHandler _handler = null!;

    [SetUp]
    public async Task OpenNarrow()
    {
        _connections = 0;
        _handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, token);
                Interlocked.Increment(ref _connections);
                return new ClosingStream(new NetworkStream(socket, ownsSocket: true), () => Interlocked.Decrement(ref _connections));
            },
        };
        _narrow = await CodDatastore.OpenAsync(Datastore.Uri, new CodDatastoreOptions { Endpoint = Emulator.Endpoint, HttpMessageHandler = _handler });
        await StoreAsync(Large, Large, Large);
    }

    [TearDown]
    public async Task CloseNarrow()
    {
        await _narrow.DisposeAsync();
        _handler.Dispose();
    }

    [Test]
    public Task CopyInstanceToAsync_CancelledInTheMiddle_FreesEverything(CancellationToken cancellationToken) => AssertFreesAsync(
        (series, cancel) => series.CopyInstanceToAsync(SyntheticInstance.Uid(2), new CancellingStream(cancel), cancel.Token), cancellationToken);

    [Test]
    public Task OpenInstanceAsync_ReadCancelledAndNeverDisposed_FreesEverything(CancellationToken cancellationToken) => AssertFreesAsync(
        async (series, cancel) =>
        {
            Stream stream = await series.OpenInstanceAsync(SyntheticInstance.Uid(1), CancellationToken.None);
            await stream.ReadExactlyAsync(new byte[1000], CancellationToken.None);
            await cancel.CancelAsync();
            await stream.ReadExactlyAsync(new byte[100_000], cancel.Token);
        },
        cancellationToken);

    [Test]
    public Task StreamSeriesAsync_CancelledInTheMiddle_FreesEverything(CancellationToken cancellationToken) => AssertFreesAsync(
        async (series, cancel) =>
        {
            await foreach (StreamedInstance _ in series.StreamSeriesAsync(cancel.Token))
            {
                await cancel.CancelAsync();
            }
        },
        cancellationToken);

    [Test]
    public Task ExtractAsync_CancelledInTheMiddle_FreesEverythingAndLeavesNoHalfFile(CancellationToken cancellationToken) => AssertFreesAsync(
        async (series, cancel) =>
        {
            string folder = Path.Combine(Files, $"{Guid.NewGuid():N}");
            try
            {
                await series.ExtractAsync(folder, new ExtractOptions { Progress = new CancellingProgress(cancel) }, cancel.Token);
            }
            finally
            {
                Assert.That(Directory.GetFiles(folder).Select(file => new FileInfo(file).Length), Is.EqualTo(new[] { (long)Stored[0].Length }));
            }
        },
        cancellationToken);

    private async Task AssertFreesAsync(Func<CodObject, CancellationTokenSource, Task> read, CancellationToken cancellationToken)
    {
        await using CodObject series = await _narrow.OpenSeriesAsync(Id.StudyUid, Id.SeriesUid, CodMode.Read, cancellationToken: cancellationToken);
        await CancelAsync(series, read);
        using var buffers = new RentedBuffers();
        for (int time = 0; time < Times; time++)
        {
            await CancelAsync(series, read);
        }

        Assert.That(await series.ReadInstanceAsync(SyntheticInstance.Uid(3), cancellationToken), Is.EqualTo(Stored[2]));
        Assert.That(_connections, Is.LessThanOrEqualTo(1));
        Assert.That(buffers.Outstanding, Is.LessThan(Times / 2), "buffers rented and not returned");
    }

    private static async Task CancelAsync(CodObject series, Func<CodObject, CancellationTokenSource, Task> read)
    {
        using var cancel = new CancellationTokenSource();
        Task reading = read(series, cancel);
        await Task.WhenAny(reading);
        Assert.That(reading.IsCanceled, $"{reading.Status}: {reading.Exception}");
    }

    /// <summary>Cancels the call that writes to it.</summary>
    private sealed class CancellingStream(CancellationTokenSource cancel) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await cancel.CancelAsync();
    }

    private sealed class CancellingProgress(CancellationTokenSource cancel) : IProgress<InstanceProgress>
    {
        public void Report(InstanceProgress value) => cancel.Cancel();
    }
}
