using CloudOptimizedDicom.Storage;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Tests.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What the protocol is tested on is a store like any other.</summary>
public sealed class CoreObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly GcsObjectCore _core = new();

    public void Dispose() => _core.Dispose();

    protected override Task<IObjectStore> CreateStoreAsync() => Task.FromResult<IObjectStore>(new CoreObjectStore(_core, "bucket"));
}
