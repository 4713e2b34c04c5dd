using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>What the writer says that the bytes are.</summary>
internal sealed record UploadChecks(string? Crc32c, string? Md5Hash)
{
    public static UploadChecks Read(JsonObject metadata, Exchange exchange) =>
        new UploadChecks((string?)metadata["crc32c"], (string?)metadata["md5Hash"]).And(exchange);

    /// <summary>Adds the checksums in the headers of a request.</summary>
    public UploadChecks And(Exchange exchange)
    {
        UploadChecks checks = this;
        foreach (string part in exchange.RequestHeaders["X-Goog-Hash"].ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            checks = part.Split('=', 2) switch
            {
                ["crc32c", var value] => checks with { Crc32c = value },
                ["md5", var value] => checks with { Md5Hash = value },
                _ => checks,
            };
        }

        return checks;
    }

    public void Require(Blob blob)
    {
        Require("CRC32C", Crc32c, CloudOptimizedDicom.Crc32c.ToBase64(blob.Crc32c));
        Require("MD5 hash", Md5Hash, blob.Md5Hash);
    }

    private static void Require(string what, string? expected, string actual)
    {
        if (expected is not null && expected != actual)
        {
            throw GcsErrorException.Invalid($"Provided {what} \"{expected}\" doesn't match calculated {what} \"{actual}\".");
        }
    }
}
