using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;
using CloudOptimizedDicom.Testing.Requests;
using Microsoft.AspNetCore.Http;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>What requests carry beside their bodies.</summary>
internal static class RequestParameters
{
    private static readonly HashSet<string> SecretNames =
        new(StringComparer.OrdinalIgnoreCase) { "upload_id", "access_token", "oauth_token", "key", "signature", "x-goog-signature" };

    public static RequestEntry Describe(HttpRequest request, string method, DateTimeOffset time)
    {
        Dictionary<string, string> query = [];
        Dictionary<string, string> preconditions = [];
        foreach ((string name, var value) in request.Query)
        {
            if (!SecretNames.Contains(name))
            {
                bool isPrecondition = name.StartsWith("if", StringComparison.Ordinal) && name.EndsWith("Match", StringComparison.Ordinal);
                (isPrecondition ? preconditions : query)[name] = value.ToString();
            }
        }

        string range = request.Headers.ContentRange.Count > 0 ? request.Headers.ContentRange.ToString() : request.Headers.Range.ToString();
        return new RequestEntry(time, method)
        {
            Query = query,
            Preconditions = preconditions,
            Range = range.Length > 0 ? range : null,
        };
    }

    public static long? Number(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw GcsErrorException.Invalid($"Invalid value for {name}: {text}");
    }

    public static JsonObject ParseJson(ReadOnlySpan<byte> text)
    {
        try
        {
            return text.Trim(" \t\r\n"u8).IsEmpty ? [] : JsonNode.Parse(text) as JsonObject ?? throw new JsonException("no object");
        }
        catch (JsonException exception)
        {
            throw new GcsErrorException(400, "parseError", $"Parse Error: {exception.Message}");
        }
    }
}
