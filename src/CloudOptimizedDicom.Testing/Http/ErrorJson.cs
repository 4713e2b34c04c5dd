using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The body of an error (JSON API reference, "HTTP status and error codes").</summary>
internal static class ErrorJson
{
    public static JsonObject Write(GcsErrorException error)
    {
        var detail = new JsonObject { ["message"] = error.Message, ["domain"] = "global", ["reason"] = error.Reason };
        if (error.Status == 412)
        {
            detail["locationType"] = "header";
            detail["location"] = "If-Match";
        }

        return new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = error.Status,
                ["message"] = error.Message,
                ["errors"] = new JsonArray(detail),
            },
        };
    }
}
