using System.Collections.Concurrent;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The resumable uploads, by the secret that is in the address of each.</summary>
internal sealed class UploadSessions(GcsObjectCore core, int quantumBytes, TimeSpan lifetime) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, UploadSession> _sessions = new();
    private readonly ConcurrentDictionary<string, int> _endedWith = new();
    private int _count;

    public int QuantumBytes => quantumBytes;

    public (string Id, UploadSession Session) Start(UploadRequest request, long? declaredBytes)
    {
        string id = Guid.NewGuid().ToString("N");
        int number = Interlocked.Increment(ref _count);
        var session = new UploadSession(request, declaredBytes, number, core.TimeProvider.GetUtcNow(), core.CreateWriter());
        _sessions[id] = session;
        return (id, session);
    }

    public UploadSession Find(string id)
    {
        if (_sessions.TryGetValue(id, out UploadSession? session))
        {
            if (session.Result is not null || core.TimeProvider.GetUtcNow() - session.Started < lifetime)
            {
                return session;
            }

            End(id, 410);
        }

        int status = _endedWith.GetValueOrDefault(id, 404);
        throw new GcsErrorException(status, status == 410 ? "uploadSessionGone" : "notFound", "The upload session is not there.");
    }

    /// <summary>Ends an upload; from now on its address is answered with a status.</summary>
    public void End(string id, int status)
    {
        _endedWith[id] = status;
        _sessions.TryRemove(id, out _);
    }

    public void Expire(int status)
    {
        foreach ((string id, UploadSession session) in _sessions)
        {
            if (session.Result is null)
            {
                End(id, status);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (UploadSession session in _sessions.Values)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
