using System.Net;
using System.Text.Json;

namespace CloudOptimizedDicom.Storage.GoogleCloud;

public sealed partial class GcsObjectStore
{
    private const int MaxFruitlessRewrites = 10;

    /// <summary>
    /// Lets the service copy an object. A copy that takes long is gone on with until it is there, and takes effect with its last
    /// request; what says that it is this copy is kept beside it, as beside every upload.
    /// </summary>
    private Task<ObjectInfo> RewriteAsync(GcsCall call, string name, ObjectUpload upload, ObjectPrecondition precondition)
    {
        ObjectOrigin origin = upload.Origin!;
        if (!CanCopyFrom(origin.Store))
        {
            throw new ArgumentException($"Objects of {origin.Store.RootUri} cannot be copied to {RootUri} without their bytes.", nameof(upload));
        }

        // Another condition on the source would be refused with the same status as one on the object to be written.
        string query = $"fields={GcsRewrite.Fields}&sourceGeneration={origin.Info.Generation}{Query(precondition)}";
        GcsAddress source = ((GcsObjectStore)origin.Store)._address;
        string? unfinished = null;
        long doneBytes = 0;
        int fruitless = 0;
        return _client.RunAsync(call, RunAsync);

        async Task<ObjectInfo> RunAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                bool mayHaveApplied = call.MayHaveApplied;
                using HttpResponseMessage response =
                    await _client.SendAsync(call, Request, changes: true, NotFoundOrRefused, cancellationToken).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    return await FindAppliedAsync(call, name, upload, cancellationToken).ConfigureAwait(false)
                        ?? throw (response.StatusCode == HttpStatusCode.NotFound
                            ? GcsErrors.FromStatus(call, response.StatusCode)
                            : GcsErrors.FromPrecondition(call, precondition));
                }

                GcsRewrite answer = await GcsClient.ReadAsync(response, GcsJson.Default.GcsRewrite, cancellationToken).ConfigureAwait(false);
                if (answer is { Done: true, Resource: { } made })
                {
                    return made.ToInfo(_client.TimeOf(response));
                }

                unfinished = answer.RewriteToken ?? throw new JsonException("A copy that is neither done nor to be gone on with.");
                call.MayHaveApplied = mayHaveApplied;
                fruitless = answer.TotalBytesRewritten > doneBytes ? 0 : fruitless + 1;
                doneBytes = answer.TotalBytesRewritten;
                if (fruitless == MaxFruitlessRewrites)
                {
                    throw GcsErrors.FromAnswer(call, $"the copy stays at {doneBytes} of {upload.SizeBytes} bytes");
                }

                call.Advance();
            }
        }

        HttpRequestMessage Request()
        {
            string continuation = unfinished is null ? "" : $"&rewriteToken={Uri.EscapeDataString(unfinished)}";
            return new HttpRequestMessage(HttpMethod.Post, _address.Rewrite(source, origin.Info.Name, name, query + continuation))
            {
                // The service takes name and checksum from elsewhere.
                Content = Describe(GcsResource.Of(name, upload) with { Name = null, Crc32c = null }),
            };
        }
    }
}
