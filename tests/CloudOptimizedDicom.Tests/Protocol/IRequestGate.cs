namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>Decides when a request is carried out, and what becomes of it.</summary>
internal interface IRequestGate
{
    /// <summary>Lets a request pass, sooner or later, or not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="apply">Carries it out.</param>
    /// <param name="cancellationToken">Its caller's.</param>
    /// <returns>The answer.</returns>
    Task<T> PassAsync<T>(StoreRequest request, Func<Task<T>> apply, CancellationToken cancellationToken);
}
