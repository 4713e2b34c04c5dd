using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Faults;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.AspNetCore.Http;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The emulator's own requests, which are not in the log and befall no faults.</summary>
internal sealed class ControlHandler(RequestLog log, FaultRules faults, UploadSessions uploads)
{
    public async Task HandleAsync(HttpContext context, string path)
    {
        JsonNode answer = new JsonObject();
        try
        {
            switch (context.Request.Method, path)
            {
                case ("GET", "log"):
                    answer = new JsonArray([.. log.Entries.Select(entry => entry.ToJson())]);
                    break;
                case ("DELETE", "log"):
                    log.Clear();
                    break;
                case ("POST", "faults"):
                    using (var body = new MemoryStream())
                    {
                        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
                        faults.Add(FaultRuleJson.Read(RequestParameters.ParseJson(body.ToArray())));
                    }

                    break;
                case ("DELETE", "faults"):
                    faults.Clear();
                    break;
                case ("POST", "expire"):
                    uploads.Expire((int)(RequestParameters.Number("status", context.Request.Query["status"]) ?? 410));
                    break;
                default:
                    throw new GcsErrorException(404, "notFound", "The emulator has no such address.");
            }
        }
        catch (Exception exception)
            when (exception is GcsErrorException or ArgumentException or InvalidOperationException or FormatException)
        {
            GcsErrorException error = exception as GcsErrorException ?? GcsErrorException.Invalid(exception.Message);
            context.Response.StatusCode = error.Status;
            answer = ErrorJson.Write(error);
        }

        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted).ConfigureAwait(false);
    }
}
