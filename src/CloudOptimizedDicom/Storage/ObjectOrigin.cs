namespace CloudOptimizedDicom.Storage;

/// <summary>An object whose bytes are to be written as another one, without passing through here.</summary>
/// <param name="Store">Where it is.</param>
/// <param name="Info">The object, in the generation that is to be copied.</param>
public sealed record ObjectOrigin(IObjectStore Store, ObjectInfo Info);
