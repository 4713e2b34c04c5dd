namespace CloudOptimizedDicom.Testing.Http;

/// <summary>A fault ends the connection here. An <see cref="IOException"/>, as when the other side does so.</summary>
internal sealed class ConnectionDroppedException() : IOException("The connection was dropped by a fault rule.");
