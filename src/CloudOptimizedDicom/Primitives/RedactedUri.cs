namespace CloudOptimizedDicom;

/// <summary>
/// Cuts secrets out of URIs: user information, the values of query parameters that authorize a request, and fragments. Other
/// parameters stay, since they tell instances apart (WADO). Paths, <c>file</c> URIs and the names of objects in a bucket are
/// given back as they are. Everything that this library stores, shows, logs or throws has gone through here; the whole URI
/// stays in memory, for the request.
/// </summary>
public static class RedactedUri
{
    /// <summary>What stands where a secret was.</summary>
    public const string Redaction = "***";

    private const string SchemeEnd = "://";

    /// <summary>A URI may be the value of a parameter of another one, to this depth; below it values are cut unseen.</summary>
    private const int MaxDepth = 3;

    /// <summary>Cuts the secrets out of one URI. A URI without secrets is given back as it is, and so is one that was redacted.</summary>
    /// <param name="uri">A URI or a path.</param>
    /// <returns>The URI without secrets.</returns>
    public static string Redact(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return Redact(uri, depth: 0);
    }

    /// <summary>Cuts the secrets out of every URI in a text, such as the message of an exception.</summary>
    /// <param name="text">Any text; a URI in it ends at white space or a quotation mark.</param>
    /// <returns>The text without secrets.</returns>
    public static string RedactText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int done = 0;
        for (int found; (found = text.IndexOf(":/", done, StringComparison.Ordinal)) >= 0;)
        {
            int start = found;
            while (start > done && IsOfScheme(text[start - 1]))
            {
                start--;
            }

            int end = found;
            while (end < text.Length && !IsBehindUri(text[end]))
            {
                end++;
            }

            string whole = text[start..end];
            string uri = whole.TrimEnd('.', ',', ':', ';', ')', '!');
            string redacted = Redact(uri, depth: 0);
            if (ReferenceEquals(redacted, uri))
            {
                done = end;
                continue;
            }

            text = string.Concat(text.AsSpan(0, start), redacted, text.AsSpan(start + uri.Length));
            done = start + redacted.Length + whole.Length - uri.Length;
        }

        return text;
    }

    /// <summary>Cuts the secrets out of each; the list itself where there are none.</summary>
    internal static IReadOnlyList<string> RedactAll(IReadOnlyList<string> uris)
    {
        ArgumentNullException.ThrowIfNull(uris);
        string[] redacted = [.. uris.Select(uri => Redact(uri))];
        return redacted.AsSpan().SequenceEqual(uris.ToArray()) ? uris : redacted;
    }

    private static string Redact(string uri, int depth)
    {
        int begin = FindAuthority(uri);
        if (begin < 0)
        {
            return uri;
        }

        int authority = EndOf(uri, begin, "/?#\\");
        int user = FindUserInfoEnd(uri, begin, authority);
        int query = EndOf(uri, Math.Max(user, begin), "?#");
        int fragment = EndOf(uri, query, "#");
        string redacted = string.Concat(
            uri[..begin],
            RedactPath(uri[user..query]),
            query < fragment ? "?" + RedactParameters(uri[(query + 1)..fragment], depth) : "");
        return redacted == uri ? uri : redacted;
    }

    /// <summary>Where the authority of a URI begins that may have secrets; -1 for what is none. Two slashes are easily mistyped.</summary>
    private static int FindAuthority(string uri)
    {
        int start = uri.Length - uri.AsSpan().TrimStart().Length;
        int colon = uri.IndexOf(':', start);
        ReadOnlySpan<char> scheme = colon < 0 ? "" : uri.AsSpan(start..colon);
        if (scheme.IsEmpty || Is(scheme, "gs") || Is(scheme, "file"))
        {
            return -1;
        }

        if (uri.AsSpan(colon).StartsWith(SchemeEnd) || Is(scheme, "http") || Is(scheme, "https"))
        {
            foreach (char c in scheme)
            {
                if (!IsOfScheme(c))
                {
                    return -1;
                }
            }

            int slashes = uri.AsSpan(colon + 1).IndexOfAnyExcept('/', '\\');
            return slashes < 0 ? -1 : colon + 1 + slashes;
        }

        return -1;
    }

    private static bool Is(ReadOnlySpan<char> scheme, string name) => scheme.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Where the host begins. A password with a slash that nobody escaped ends the authority early, which then has no port
    /// where one should be.
    /// </summary>
    private static int FindUserInfoEnd(string uri, int begin, int authority)
    {
        int at = uri.LastIndexOf('@', authority - 1, authority - begin);
        if (at >= 0)
        {
            return at + 1;
        }

        int colon = uri.IndexOf(':', begin, authority - begin);
        bool hasPort = colon < 0 || uri[begin] == '[' || !uri.AsSpan(colon + 1, authority - colon - 1).ContainsAnyExceptInRange('0', '9');
        int late = uri.LastIndexOf('@');
        return hasPort || late < authority ? begin : late + 1;
    }

    /// <summary>Parts of a path may have parameters as well (<c>;jsessionid=…</c>), or be a token themselves.</summary>
    private static string RedactPath(string path) => string.Join('/', path.Split('/').Select(part =>
    {
        string[] pieces = part.Split(';');
        return string.Join(';', pieces.Select((piece, index) =>
            index > 0 ? RedactParameter(piece, MaxDepth) : SecretParameters.IsWebToken(piece) ? Redaction : piece));
    }));

    private static string RedactParameters(string query, int depth)
    {
        var pieces = new List<string>();
        bool wasCut = false;
        foreach (string parameter in query.Split('&'))
        {
            string[] parts = parameter.Split(';');
            for (int i = 0; i < parts.Length; i++)
            {
                // A semicolon may also be part of a value that nobody escaped.
                string piece = wasCut && i > 0 && !parts[i].Contains('=', StringComparison.Ordinal) ? Redaction : RedactParameter(parts[i], depth);
                wasCut = piece.EndsWith(Redaction, StringComparison.Ordinal);
                parts[i] = piece;
            }

            pieces.Add(string.Join(';', parts));
        }

        return string.Join('&', pieces);
    }

    private static string RedactParameter(string parameter, int depth)
    {
        int equals = parameter.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return SecretParameters.IsToken(parameter) ? Redaction : parameter;
        }

        string name = parameter[..equals];
        string value = Uri.UnescapeDataString(parameter[(equals + 1)..]);
        if (SecretParameters.IsSecret(Uri.UnescapeDataString(name), value))
        {
            return $"{name}={Redaction}";
        }

        if (!value.Contains(SchemeEnd, StringComparison.Ordinal))
        {
            return parameter;
        }

        string inner = depth < MaxDepth ? Redact(value, depth + 1) : Redaction;
        return inner == value ? parameter : $"{name}={(inner == Redaction ? Redaction : Uri.EscapeDataString(inner))}";
    }

    private static int EndOf(string text, int start, string characters)
    {
        int end = text.AsSpan(start).IndexOfAny(characters);
        return end < 0 ? text.Length : start + end;
    }

    private static bool IsOfScheme(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.';

    private static bool IsBehindUri(char c) => char.IsWhiteSpace(c) || c is '"' or '\'' or '<' or '>' or '`';
}
