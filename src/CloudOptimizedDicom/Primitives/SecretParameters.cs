using System.Collections.Frozen;
using System.Text;

namespace CloudOptimizedDicom;

/// <summary>Which parameters of a URI authorize a request: by the names that clouds and OAuth give them, else by the look of their values.</summary>
internal static class SecretParameters
{
    private const int MinSecretCharacters = 16;
    private const int MinBareCharacters = 32;

    /// <summary>
    /// Whole names, in lower case and without what separates words: signed URLs of Google, Amazon, Azure, Alibaba, Tencent and
    /// Akamai, OAuth 2.0 and sessions.
    /// </summary>
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "xgoogsignature", "xgoogcredential", "xgoogsecuritytoken", "googleaccessid", "uploadid",
        "xamzsignature", "xamzcredential", "xamzsecuritytoken", "awsaccesskeyid", "signature", "keypairid",
        "sig", "skoid", "sktid", "subscriptionkey", "ossaccesskeyid", "xosssignature", "xosscredential", "securitytoken",
        "qsignature", "qak", "hdnts", "hdnea", "hdntl",
        "token", "accesstoken", "idtoken", "refreshtoken", "code", "assertion", "clientassertion", "clientsecret", "codeverifier",
        "key", "apikey", "password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw", "pin", "otp", "secret",
        "auth", "authorization", "bearer", "jwt", "hmac", "mac", "cred", "credential", "credentials", "sign",
        "session", "sessionid", "jsessionid", "phpsessionid", "phpsessid", "sid", "ticket",
    ]);

    /// <summary>Words that make a name one of a secret.</summary>
    private static readonly FrozenSet<string> Words = FrozenSet.ToFrozenSet(
    [
        "token", "tokens", "secret", "signature", "sig", "hmac", "jwt", "password", "passwd", "passphrase", "pwd",
        "key", "apikey", "auth", "authorization", "oauth", "bearer", "cred", "creds", "credential", "credentials",
    ]);

    /// <summary>Parts of names that make one doubtful: then the value decides.</summary>
    private static readonly string[] Parts = ["token", "secret", "sig", "key", "auth", "cred", "pass", "pwd", "session", "jwt", "mac"];

    /// <param name="name">The name, without escapes.</param>
    /// <param name="value">The value, without escapes.</param>
    public static bool IsSecret(string name, string value)
    {
        // A UID is no secret, whatever it is named: it tells instances apart.
        if (value.Length == 0 || (DicomUid.IsValid(value) && value.Contains('.', StringComparison.Ordinal)))
        {
            return false;
        }

        string plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return Names.Contains(plain)
            || WordsOf(name).Any(Words.Contains)
            || IsWebToken(value)
            || (value.Length >= MinSecretCharacters && IsRandom(value) && Parts.Any(part => plain.Contains(part, StringComparison.Ordinal)));
    }

    /// <summary>Whether a text without a name is a token.</summary>
    public static bool IsToken(string text) => IsWebToken(text) || (text.Length >= MinBareCharacters && IsRandom(text));

    /// <summary>A JSON Web Token (RFC 7519), which begins with <c>{"</c> in base64.</summary>
    public static bool IsWebToken(string value) => value.StartsWith("eyJ", StringComparison.Ordinal) && value.Contains('.', StringComparison.Ordinal);

    /// <summary>Whether a text looks drawn by lot: one word of letters and digits, as base64 and hexadecimal digits are.</summary>
    private static bool IsRandom(string value) =>
        value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '-' or '_' or '.' or '~' or ' ' or '%');

    private static IEnumerable<string> WordsOf(string name)
    {
        var word = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool begins = char.IsAsciiLetterUpper(name[i]) && i > 0 && char.IsAsciiLetterLower(name[i - 1]);
            if ((begins || !char.IsAsciiLetter(name[i])) && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }

            if (char.IsAsciiLetter(name[i]))
            {
                word.Append(char.ToLowerInvariant(name[i]));
            }
        }

        yield return word.ToString();
    }
}
