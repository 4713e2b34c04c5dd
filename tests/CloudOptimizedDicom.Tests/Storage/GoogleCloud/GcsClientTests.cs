using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Storage.GoogleCloud;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.Extensions.Logging;

namespace CloudOptimizedDicom.Tests.Storage.GoogleCloud;

public sealed class GcsClientTests : GcsFixture
{
    private const string Token = "a-token-that-nobody-may-see";

    [Test]
    public async Task Refusal_WithRetryAfter_IsWaitedFor()
    {
        await using GcsObjectStore store = CreateStore();
        Emulator.Faults.Add(new FaultRule { Operation = GcsOperation.Get, AtMatch = 1, Action = FaultAction.Refuse(429, TimeSpan.FromSeconds(77)) });
        await store.GetInfoAsync("absent");
        Assert.That(Clock.Pauses, Is.EqualTo(new[] { TimeSpan.FromSeconds(77) }));
    }

    [Test]
    public async Task Refusal_WithRetryAfterBehindTheDeadline_EndsTheCall()
    {
        await using GcsObjectStore store = CreateStore();
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Refuse(503, TimeSpan.FromHours(1)) });
        Assert.That(
            () => store.GetInfoAsync("absent"), Throws.InstanceOf<ObjectRequestException>().With.Property("Attempts").EqualTo(1));
    }

    [Test]
    public async Task Pauses_BetweenAttempts_AreDrawnBelowDoublingBounds()
    {
        await using GcsObjectStore store = CreateStore(seed: 5);
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Refuse(500) });
        Assert.That(
            () => store.GetInfoAsync("absent"),
            Throws.InstanceOf<ObjectRequestException>().With.Property("Attempts").EqualTo(6).And.Property("MayHaveApplied").False);
        var random = new Random(5);
        TimeSpan[] expected = [.. Enumerable.Range(0, 5).Select(i => TimeSpan.FromSeconds((1 << i) * random.NextDouble()))];
        Assert.That(Clock.Pauses, Is.EqualTo(expected).Within(TimeSpan.FromMilliseconds(1)));
    }

    [TestCase(400)]
    [TestCase(401)]
    [TestCase(403)]
    public async Task Refusal_ThatIsFinal_IsNotRepeated(int status)
    {
        await using GcsObjectStore store = CreateStore();
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Refuse(status) });
        Assert.That(
            () => store.WriteAsync("name"),
            Throws.InstanceOf<ObjectRequestException>().With.Property("IsTransient").False
                .And.Property("Attempts").EqualTo(1).And.Property("MayHaveApplied").False);
        Assert.That(Emulator.Log.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Token_Refused_IsAskedForOnceMore()
    {
        int asked = 0;
        var credential = GcsCredential.FromTokenSource(_ => ValueTask.FromResult($"{Token}{++asked}"));
        await using var store = new GcsObjectStore(Bucket, Options() with { Credential = credential });
        Emulator.Faults.Add(new FaultRule { AtMatch = 1, Action = FaultAction.Refuse(401) });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => store.WriteAsync("name"), Throws.Nothing);
            Assert.That(asked, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Failures_OfAllKinds_TellNoSecret()
    {
        using var log = new CapturedLog();
        var credential = GcsCredential.FromTokenSource(_ => ValueTask.FromResult(Token));
        await using var store = new GcsObjectStore(Bucket, Options() with { Credential = credential, LoggerFactory = log });
        List<string> told = [];
        foreach (FaultAction action in new[] { FaultAction.Refuse(503), FaultAction.DropBefore, FaultAction.CutRequest(10), FaultAction.Refuse(403) })
        {
            foreach (GcsOperation operation in new[] { GcsOperation.Insert, GcsOperation.SessionStart, GcsOperation.SessionData })
            {
                Emulator.Faults.Clear();
                Emulator.Faults.Add(new FaultRule { Operation = operation, Action = action });
                byte[] bytes = RandomBytes(1, operation == GcsOperation.Insert ? 100 : 200_000);
                var error = Assert.CatchAsync<ObjectRequestException>(
                    () => store.UploadAsync("name", ObjectUpload.FromMemory(bytes), ObjectPrecondition.None));
                told.Add($"{error}");
            }
        }

        var broken = GcsCredential.FromTokenSource(_ => ValueTask.FromResult($"{Token}\n"));
        await using var brokenStore = new GcsObjectStore(Bucket, Options() with { Credential = broken });
        told.Add($"{Assert.CatchAsync<ObjectRequestException>(() => brokenStore.WriteAsync("name"))}");
        told.AddRange(log.Messages);
        told.AddRange(Emulator.Log.Entries.SelectMany(entry => entry.Query.Values));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(log.Messages, Is.Not.Empty);
            Assert.That(told, Has.None.Contains(Token).And.None.Contains("upload_id"));
        }
    }

    [Test]
    public async Task Call_ThatIsCancelled_EndsAtOnce([Values] bool isUpload)
    {
        await using GcsObjectStore store = CreateStore();
        using var cancellation = new CancellationTokenSource();
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Delay(TimeSpan.FromHours(1)) });
        Task call = isUpload
            ? (Task)store.UploadAsync("name", ObjectUpload.FromMemory(RandomBytes(1, 200_000)), ObjectPrecondition.None, cancellation.Token)
            : (Task)store.GetInfoAsync("name", cancellation.Token);
        await cancellation.CancelAsync();
        Assert.That(
            () => call, Throws.InstanceOf<OperationCanceledException>().With.Property("CancellationToken").EqualTo(cancellation.Token));
    }

    [Test]
    public async Task Call_WithoutProgress_EndsAtItsDeadline()
    {
        var clock = new ImmediateTimeProvider(TimeSpan.FromMinutes(2));
        await using var store = new GcsObjectStore(Bucket, Options() with { TimeProvider = clock });
        Emulator.Faults.Add(new FaultRule { Action = FaultAction.Delay(TimeSpan.FromHours(1)) });
        Assert.That(() => store.GetInfoAsync("name"), Throws.InstanceOf<ObjectRequestException>().With.Property("IsTransient").True);
    }

    [Test]
    public async Task Content_OfOtherBytesThanTheChecksumSays_IsRefusedAtItsEnd()
    {
        await using GcsObjectStore writer = CreateStore();
        await writer.WriteAsync("name", "text");
        using var handler = new SwapHandler("x-goog-hash", $"crc32c={Crc32c.ToBase64(1)}");
        await using var store = new GcsObjectStore(Bucket, Options() with { HttpMessageHandler = handler });
        Assert.That(() => store.ReadAsync("name"), Throws.InstanceOf<ChecksumMismatchException>());
    }

    [Test]
    public async Task Datastore_OfABucket_KeepsSeriesBelowItsPrefix()
    {
        var options = new CodDatastoreOptions { Endpoint = Emulator.Endpoint };
        await using CodDatastore datastore = await CodDatastore.OpenAsync("gs://bucket/some/prefix/", options);
        await using CodObject series = await datastore.OpenSeriesAsync("1.2", "1.2.3", CodMode.Write);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(datastore.Uri, Is.EqualTo("gs://bucket/some/prefix"));
            Assert.That(Live("some/prefix/studies/1.2/series/1.2.3/.gradient.lock"), Is.Not.Null);
        }
    }

    private sealed class SwapHandler(string header, string value) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            response.Headers.Remove(header);
            response.Headers.Add(header, value);
            return response;
        }
    }

    private sealed class CapturedLog : ILoggerFactory, ILogger
    {
        public List<string> Messages { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
