namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>Counts each HTTP request as a step, so that a process can also die between two requests of one upload.</summary>
internal sealed class StepHandler(StepCounter steps) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        steps.TakeAsync(request.Method != HttpMethod.Get, () => base.SendAsync(request, cancellationToken));
}
