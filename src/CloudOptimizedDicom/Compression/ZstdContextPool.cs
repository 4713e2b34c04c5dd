namespace CloudOptimizedDicom.Compression;

/// <summary>Keeps a few idle contexts, because making one costs more than inflating a small instance. Thread-safe.</summary>
internal sealed class ZstdContextPool<T>(Func<T> create)
    where T : ZstdContext
{
    // What one unusual frame made large is not kept for the usual ones.
    private const long MaxIdleBytes = 16 << 20;

    private readonly T?[] _idle = new T?[Environment.ProcessorCount];

    public T Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is { } context)
            {
                return context;
            }
        }

        T created = create();
        return created.IsInvalid ? throw new InsufficientMemoryException("libzstd could not allocate a context.") : created;
    }

    public void Return(T context)
    {
        if (context.SizeBytes <= MaxIdleBytes)
        {
            for (int i = 0; i < _idle.Length; i++)
            {
                if (Interlocked.CompareExchange(ref _idle[i], context, null) is null)
                {
                    return;
                }
            }
        }

        context.Dispose();
    }
}
