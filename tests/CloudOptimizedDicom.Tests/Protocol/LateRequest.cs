namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>A request that is still on its way when its process has heard that it is lost.</summary>
/// <param name="Actor">Whose it is.</param>
/// <param name="Session">What it was part of.</param>
/// <param name="Waiting">The request.</param>
internal sealed record LateRequest(Actor Actor, Session? Session, WaitingRequest Waiting);
