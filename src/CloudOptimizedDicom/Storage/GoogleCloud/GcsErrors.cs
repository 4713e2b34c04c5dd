using System.Net;
using System.Text.Json;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

/// <summary>
/// The one place where failures of HTTP become exceptions of this library. Only status codes are looked at, never what
/// an error says; and no exception holds a URL of the API, since that of an upload session is as good as a password.
/// </summary>
internal static class GcsErrors
{
    /// <summary>Whether trying again may help.</summary>
    public static bool IsRetryable(Exception? exception) => exception switch
    {
        ObjectRequestException { Status: { } status } => status == HttpStatusCode.TooManyRequests || IsAmbiguous(status),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded } => false,
        _ => exception is HttpRequestException or IOException,
    };

    /// <summary>Whether an answer leaves open what was done.</summary>
    public static bool IsAmbiguous(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    /// <summary>Whether a request failed before it was sent.</summary>
    public static bool IsUnsent(HttpRequestException exception) => exception.HttpRequestError is HttpRequestError.NameResolutionError
        or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    /// <summary>Whether <see cref="Translate"/> has to be asked.</summary>
    public static bool IsForeign(Exception exception) =>
        exception is HttpRequestException or IOException or JsonException or OperationCanceledException;

    public static Exception Translate(GcsCall call, Exception exception) => exception switch
    {
        OperationCanceledException => Create(call, "nothing moved for too long", exception),
        JsonException => Create(call, "the answer makes no sense", exception),
        _ => Create(call, $"the connection broke ({Word(exception)})", exception),
    };

    public static ObjectRequestException FromStatus(GcsCall call, HttpStatusCode status) =>
        new(call.Operation, call.Uri, $"the service answered {(int)status} ({status})")
        {
            Status = status,
            Attempts = call.Attempts,
            MayHaveApplied = call.MayHaveApplied,
        };

    public static ObjectRequestException FromAnswer(GcsCall call, string reason) => Create(call, reason, null);

    /// <summary>What is to be sent cannot be read, so it was not sent whole.</summary>
    public static ObjectRequestException FromSource(GcsCall call, Exception exception) =>
        Create(call, "the bytes to send cannot be read", exception);

    public static PreconditionFailedException FromPrecondition(GcsCall call, ObjectPrecondition precondition) =>
        new(call.Operation, call.Uri, precondition) { Attempts = call.Attempts, MayHaveApplied = call.MayHaveApplied };

    public static ChecksumMismatchException FromChecksum(GcsCall call, uint expected, uint? actual, bool isDamage = false) =>
        new(call.Operation, call.Uri, expected, actual, isDamage) { Attempts = call.Attempts };

    /// <summary>The store has taken other bytes, and what was there before is gone.</summary>
    public static ChecksumMismatchException FromStored(GcsCall call, uint expected, uint? actual) =>
        new(call.Operation, call.Uri, expected, actual) { Attempts = call.Attempts, MayHaveApplied = true };

    /// <summary>No token could be had; unless the network is to blame, asking again does not help.</summary>
    public static ObjectRequestException FromCredential(GcsCall call, Exception? exception) =>
        new(call.Operation, call.Uri, "no access token could be had", exception)
        {
            Status = exception is HttpRequestException ? null : HttpStatusCode.Unauthorized,
            Attempts = call.Attempts,
            MayHaveApplied = call.MayHaveApplied,
        };

    private static ObjectRequestException Create(GcsCall call, string reason, Exception? exception) =>
        new(call.Operation, call.Uri, reason, exception) { Attempts = call.Attempts, MayHaveApplied = call.MayHaveApplied };

    private static string Word(Exception exception) => exception switch
    {
        HttpRequestException request => $"{request.HttpRequestError}",
        HttpIOException io => $"{io.HttpRequestError}",
        _ => exception.GetType().Name,
    };
}
