using System.Net;
using System.Net.Http.Headers;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    private static readonly HttpStatusCode[] SessionAnswers =
        [HttpStatusCode.PermanentRedirect, HttpStatusCode.NotFound, HttpStatusCode.Gone, HttpStatusCode.PreconditionFailed];

    // A session that is not used any more ends by itself after a week; nobody waits long for its end.
    private static readonly TimeSpan SessionEndTimeout = TimeSpan.FromSeconds(1);

    private async Task<ObjectInfo> UploadInSessionAsync(
        GcsCall call, string name, ObjectUpload upload, UploadSource source, ObjectPrecondition precondition)
    {
        var session = new GcsUploadSession();
        bool isOver = false;
        try
        {
            ObjectInfo info = await RunUploadAsync(
                call, name, upload, precondition, token => SendInSessionAsync(call, name, upload, source, precondition, session, token)).ConfigureAwait(false);
            isOver = true;
            return info;
        }
        finally
        {
            if (!isOver && session.Location is not null)
            {
                await EndSessionAsync(call, session.Location).ConfigureAwait(false);
            }
        }
    }

    // Goes on from what the service has, until it has all or refuses.
    private async Task<HttpResponseMessage> SendInSessionAsync(
        GcsCall call,
        string name,
        ObjectUpload upload,
        UploadSource source,
        ObjectPrecondition precondition,
        GcsUploadSession session,
        CancellationToken cancellationToken)
    {
        for (int starts = 0; ;)
        {
            if (session.Location is null)
            {
                Uri location = await StartSessionAsync(call, name, upload, precondition, cancellationToken).ConfigureAwait(false);
                session.Begin(location);
                starts++;
            }

            bool asksOnly = session.IsUnsure;
            session.IsUnsure = true;
            HttpResponseMessage response = await _client.SendAsync(
                call,
                () => SessionRequest(call, source, session, asksOnly),
                changes: !asksOnly,
                SessionAnswers,
                cancellationToken).ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.PermanentRedirect:
                    GoOn(call, source, session, GcsHeaders.ReadPersistedBytes(response), isStuck: !asksOnly);
                    break;
                case HttpStatusCode.NotFound or HttpStatusCode.Gone when starts < _options.MaxAttempts:
                    session.Forget();
                    break;
                case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                    response.Dispose();
                    throw GcsErrors.FromStatus(call, response.StatusCode);
                default:
                    return response;
            }

            response.Dispose();
            if (session.Location is null && precondition.Generation is null && call.MayHaveApplied)
            {
                // Before all is sent again, the next attempt looks whether it is there already.
                throw new HttpIOException(HttpRequestError.Unknown, "The session ended without an answer.");
            }
        }
    }

    private async Task<Uri> StartSessionAsync(
        GcsCall call, string name, ObjectUpload upload, ObjectPrecondition precondition, CancellationToken cancellationToken)
    {
        HttpRequestMessage Request()
        {
            Uri uri = _address.Upload($"uploadType=resumable&fields={GcsResource.Fields}{Query(precondition)}");
            var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = Describe(name, upload) };
            request.Headers.Add("X-Upload-Content-Type", upload.ContentType);
            request.Headers.Add("X-Upload-Content-Length", $"{upload.SizeBytes}");
            return request;
        }

        using HttpResponseMessage response = await _client.SendAsync(call, Request, changes: false, Refused, cancellationToken).ConfigureAwait(false);
        return response.Headers.NonValidated.TryGetValues("Location", out var values)
            ? _address.Session(values.ToString())
            : throw GcsErrors.FromAnswer(call, "the answer names no session");
    }

    private static HttpRequestMessage SessionRequest(GcsCall call, UploadSource source, GcsUploadSession session, bool asksOnly)
    {
        HttpContent content = asksOnly ? new ByteArrayContent([]) : new UploadContent(call, source, session.PersistedBytes);
        content.Headers.ContentRange = asksOnly
            ? new ContentRangeHeaderValue(source.SizeBytes)
            : new ContentRangeHeaderValue(session.PersistedBytes, source.SizeBytes - 1, source.SizeBytes);
        return new HttpRequestMessage(HttpMethod.Put, session.Location) { Content = content };
    }

    private static void GoOn(GcsCall call, UploadSource source, GcsUploadSession session, long persistedBytes, bool isStuck)
    {
        if (persistedBytes >= source.SizeBytes || persistedBytes > source.ReachedBytes)
        {
            throw GcsErrors.FromAnswer(call, "the service claims bytes that were not sent");
        }

        if (persistedBytes > session.PersistedBytes)
        {
            call.Advance();
        }
        else if (isStuck)
        {
            throw new HttpIOException(HttpRequestError.InvalidResponse, "The service kept nothing of what was sent.");
        }

        session.GoOn(persistedBytes);
    }

    private async Task EndSessionAsync(GcsCall call, Uri location)
    {
        using var timeout = new CancellationTokenSource(SessionEndTimeout);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(
                call,
                () => new HttpRequestMessage(HttpMethod.Delete, location) { Content = new ByteArrayContent([]) },
                changes: false,
                [],
                timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ObjectStoreException || GcsErrors.IsForeign(exception))
        {
            // A cancelled session answers 499, a finished one an error; either way, the caller is told what led here.
        }
    }
}
