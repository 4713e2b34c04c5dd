using System.Reflection;
using System.Text.Json;

namespace CloudOptimizedDicom.Tests.Series;

/// <summary>What is used after its end says so, and a stream that was given out before a sync still gives the bytes.</summary>
[TestFixture(StoreKind.Directory)]
[TestFixture(StoreKind.Bucket)]
public sealed class DisposedTests(StoreKind kind) : EitherStoreFixture(kind)
{
    [Test]
    public async Task AnyMethod_OfASeriesThatIsDisposed_SaysSo()
    {
        await StoreAsync(CodMode.Write, "1.dcm");
        foreach (CodMode mode in Enum.GetValues<CodMode>())
        {
            CodObject series = await OpenSeriesAsync(mode, Id);
            await series.DisposeAsync();
            await series.DisposeAsync();
            MethodInfo[] methods = [.. typeof(CodObject).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => !method.IsSpecialName && method.Name != nameof(CodObject.DisposeAsync))];
            Assert.That(methods, Has.Length.GreaterThan(20));
            foreach (MethodInfo method in methods)
            {
                Assert.That(() => InvokeAsync(series, method), Throws.InstanceOf<ObjectDisposedException>(), $"{mode}: {method}");
            }
        }
    }

    [Test]
    public async Task AnyMethod_OfADatastoreThatIsDisposed_SaysSo()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cod-disposed-").FullName, "store");
        CodDatastore datastore = await CodDatastore.OpenAsync(path);
        await datastore.DisposeAsync();
        await datastore.DisposeAsync();
        Assert.That(() => datastore.OpenSeriesAsync("1.2", "1.2.3", CodMode.Append), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => datastore.VerifySeriesAsync("1.2", "1.2.3"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => datastore.RepairSeriesAsync("1.2", "1.2.3"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await datastore.ListSeriesAsync().ToListAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Test]
    public async Task OpenInstanceAsync_StreamOfAnUnsyncedInstance_SurvivesTheSync()
    {
        string file = AppendFile("1.dcm");
        byte[] expected = await File.ReadAllBytesAsync(file);
        CodObject series = await OpenSeriesAsync(CodMode.Append, Id);
        await using (series)
        {
            AppendResult result = await series.AppendAsync([new Instance(file)]);
            await using Stream stream = await series.OpenInstanceAsync(result.New[0]);
            await using Stream late = await series.OpenInstanceAsync(result.New[0]);
            await series.SyncAsync();
            byte[] read = new byte[expected.Length];
            await stream.ReadExactlyAsync(read);
            Assert.That(read, Is.EqualTo(expected));
            await series.DisposeAsync();
            Assert.That(() => late.ReadExactlyAsync(read).AsTask(), Throws.InstanceOf<ObjectDisposedException>());
        }
    }

    [Test]
    public async Task ResumeSeriesAsync_ForgedTicket_IsRefusedAndTakesNoLock()
    {
        CodObject series = await OpenSeriesAsync(CodMode.Append, Id);
        CodTicket ticket = await series.ToTicketAsync();
        CodTicket[] forged =
        [
            ticket with { LockGeneration = 0 }, ticket with { LockGeneration = -1 }, ticket with { Mode = (CodMode)99 },
            ticket with { Mode = (CodMode)(-1) }, ticket with { Mode = CodMode.Read }, ticket with { MetadataVersion = (MetadataVersion)99 },
            ticket with { DatastoreUri = "gs://another" }, ticket with { SeriesUid = "1.2/../3" },
        ];
        foreach (CodTicket other in forged)
        {
            Assert.That(() => Datastore.ResumeSeriesAsync(other), Throws.ArgumentException, other.ToString());
        }

        Assert.That(() => Datastore.ResumeSeriesAsync(ticket with { SeriesUid = "1.2.3.4.5" }), Throws.InstanceOf<Locking.LockLostException>());
        foreach (string text in new[] { "", "{", "[]", "null", "{}", ticket.ToString().Replace("\"Append\"", "99", StringComparison.Ordinal), forged[0].ToString() })
        {
            Assert.That(() => CodTicket.Parse(text), Throws.InstanceOf<FormatException>(), text);
        }

        await using CodObject resumed = await Datastore.ResumeSeriesAsync(CodTicket.Parse(ticket.ToString()));
        Assert.That(resumed.Mode, Is.EqualTo(CodMode.Append));
    }

    private static async Task InvokeAsync(CodObject series, MethodInfo method)
    {
        object? result;
        try
        {
            result = method.Invoke(series, [.. method.GetParameters().Select(ToArgument)]);
        }
        catch (TargetInvocationException error)
        {
            throw error.InnerException!;
        }

        if (result is Task task)
        {
            await task;
        }
        else if (result is IAsyncEnumerable<object> items)
        {
            await items.ToListAsync();
        }
    }

    private static object? ToArgument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => "name",
        var type when type == typeof(int) => 1,
        var type when type == typeof(Stream) => Stream.Null,
        var type when type == typeof(JsonElement) => JsonDocument.Parse("1").RootElement,
        var type when type == typeof(Instance) => null,
        var type when type == typeof(IEnumerable<Instance>) => Array.Empty<Instance>(),
        var type when type == typeof(IEnumerable<string>) => new[] { "1.2" },
        var type when type == typeof(IEnumerable<int>) => new[] { 1 },
        var type when type == typeof(IEnumerable<FrameKey>) => new[] { new FrameKey("1.2", 1) },
        var type when type == typeof(System.Buffers.IBufferWriter<byte>) => new System.Buffers.ArrayBufferWriter<byte>(),
        var type when type.IsValueType => Activator.CreateInstance(type),
        _ => null,
    };
}
