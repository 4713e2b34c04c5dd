namespace CloudOptimizedDicom.Testing.Http;

/// <summary>What the path of a URL names. Names are taken apart before they are decoded, for they may have slashes.</summary>
internal sealed record RequestAddress
{
    private static readonly string[] Verbs = ["rewriteTo", "copyTo"];

    /// <summary>The path itself when it is none of the API's, such as <c>_emulator/log</c>; else <see langword="null"/>.</summary>
    public string? OtherPath { get; private init; }

    public bool IsUpload { get; private init; }

    public bool IsDownload { get; private init; }

    public string Bucket { get; private init; } = "";

    /// <summary>Whether the path goes into the bucket: to one object, or to the objects.</summary>
    public bool IsOfObjects { get; private init; }

    public string Object { get; private init; } = "";

    /// <summary>Of a copy, where it goes.</summary>
    public (string Bucket, string Object)? Target { get; private init; }

    public bool IsCopyTo { get; private init; }

    public static RequestAddress Parse(string rawTarget)
    {
        string path = rawTarget.Split('?', 2)[0];
        path = path.StartsWith('/') || !Uri.TryCreate(path, UriKind.Absolute, out Uri? uri) ? path : uri.AbsolutePath;
        string[] segments = path.TrimStart('/').Split('/');

        // Clients put different things before the resource: /storage/v1/b, /download/storage/v1/b, /resumable/upload/b, /b.
        int start = Array.IndexOf(segments, "b");
        if (start < 0 || segments[0] == "_emulator")
        {
            return new RequestAddress { OtherPath = string.Join('/', segments) };
        }

        string[] resource = segments[(start + 1)..];
        var address = new RequestAddress
        {
            IsUpload = segments.AsSpan(0, start).Contains("upload"),
            IsDownload = segments.AsSpan(0, start).Contains("download"),
            Bucket = Decode(resource.AsSpan(0, Math.Min(1, resource.Length))),
            IsOfObjects = resource.Length > 1 && resource[1] == "o",
        };
        int verb = Array.FindIndex(resource, segment => Verbs.Contains(segment));
        bool isCopy = verb > 2 && verb + 4 < resource.Length && resource[verb + 1] == "b" && resource[verb + 3] == "o";
        return address with
        {
            Object = resource.Length > 2 ? Decode(resource.AsSpan(2..(isCopy ? verb : resource.Length))) : "",
            Target = isCopy ? (Decode(resource.AsSpan(verb + 2, 1)), Decode(resource.AsSpan(verb + 4))) : null,
            IsCopyTo = isCopy && resource[verb] == Verbs[1],
        };
    }

    private static string Decode(ReadOnlySpan<string> segments) => Uri.UnescapeDataString(string.Join('/', segments!));
}
