using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A store that two libraries write.</summary>
/// <param name="Store">As this library sees it.</param>
/// <param name="Foreign">As Python sees it.</param>
/// <param name="ReplaceAsync">Gives an object another generation and keeps what is known of it, as a tool that copies a bucket does.</param>
internal sealed record AgreementStore(IObjectStore Store, ForeignObjects Foreign, Func<string, Task> ReplaceAsync);
