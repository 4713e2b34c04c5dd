using CloudOptimizedDicom.Compression;

namespace CloudOptimizedDicom.Tests.Compression;

public sealed class ZstdContextPoolTests
{
    [Test]
    public void Rent_AfterReturn_IsTheSameContext()
    {
        var pool = new ZstdContextPool<ZstdDecompressionContext>(ZstdNative.CreateDecompressionContext);
        ZstdDecompressionContext context = pool.Rent();
        pool.Return(context);
        Assert.That(pool.Rent(), Is.SameAs(context));
        context.Dispose();
    }

    [Test]
    public void Return_PoolIsFull_FreesTheContext()
    {
        var pool = new ZstdContextPool<ZstdDecompressionContext>(ZstdNative.CreateDecompressionContext);
        ZstdDecompressionContext[] contexts = [.. Enumerable.Range(0, Environment.ProcessorCount + 1).Select(_ => pool.Rent())];
        Array.ForEach(contexts, pool.Return);
        Assert.That(contexts.Select(context => context.IsClosed), Is.EqualTo(contexts.Select(context => context == contexts[^1])));
        Array.ForEach(contexts, context => context.Dispose());
    }
}
