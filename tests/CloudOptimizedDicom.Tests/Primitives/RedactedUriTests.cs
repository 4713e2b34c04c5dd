namespace CloudOptimizedDicom.Tests.Primitives;

public sealed class RedactedUriTests
{
    private const string Wado = "https://pacs.example/wado?requestType=WADO&studyUID=1.2.3&seriesUID=1.2.4&objectUID=1.2.5&contentType=application%2Fdicom&transferSyntax=1.2.840.10008.1.2.1";

    [TestCase("https://user:password@host/a.dcm", ExpectedResult = "https://host/a.dcm")]
    [TestCase("https://user:pass@word@host:8443/a.dcm?x=1", ExpectedResult = "https://host:8443/a.dcm?x=1")]
    [TestCase("https://user:pass/word@host/a.dcm", ExpectedResult = "https://host/a.dcm")]
    [TestCase("HTTP://user@host", ExpectedResult = "HTTP://host")]
    [TestCase("https:/user:password@host/a.dcm?sig=abc", ExpectedResult = "https:/host/a.dcm?sig=***")]
    [TestCase("s3://key:secret@bucket/a.dcm", ExpectedResult = "s3://bucket/a.dcm")]
    [TestCase("https://h/a?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%40b&X-Goog-Expires=60&X-Goog-Signature=0f", ExpectedResult = "https://h/a?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=***&X-Goog-Expires=60&X-Goog-Signature=***")]
    [TestCase("https://h/a?X-Amz-Security-Token=1&X%2DAmz%2DSignature=2&X-Amz-Date=20260101", ExpectedResult = "https://h/a?X-Amz-Security-Token=***&X%2DAmz%2DSignature=***&X-Amz-Date=20260101")]
    [TestCase("https://h/a?sv=2024-01-01&se=2026-01-01&sp=r&sig=a%2Fb%3D", ExpectedResult = "https://h/a?sv=2024-01-01&se=2026-01-01&sp=r&sig=***")]
    [TestCase("https://h/a?AWSAccessKeyId=1&Signature=a/b+c==&Expires=9", ExpectedResult = "https://h/a?AWSAccessKeyId=***&Signature=***&Expires=9")]
    [TestCase("https://h/a?password=ab;cd&x=1", ExpectedResult = "https://h/a?password=***;***&x=1")]
    [TestCase("https://h/a?token=abc#access_token=def", ExpectedResult = "https://h/a?token=***")]
    [TestCase("https://h/a;jsessionid=4711/b.dcm", ExpectedResult = "https://h/a;jsessionid=***/b.dcm")]
    [TestCase("https://h/a?my_download_key=1&clientSecret=2", ExpectedResult = "https://h/a?my_download_key=***&clientSecret=***")]
    [TestCase("https://h/a?hostauthblob=Zm9vYmFyMTIzNDU2Nzg5", ExpectedResult = "https://h/a?hostauthblob=***")]
    [TestCase("https://h/a?blob=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", ExpectedResult = "https://h/a?blob=***")]
    [TestCase("https://h/a?url=https%3A%2F%2Fu%3Ap%40g%2Fb%3Fsig%3D1", ExpectedResult = "https://h/a?url=https%3A%2F%2Fg%2Fb%3Fsig%3D%2A%2A%2A")]
    [TestCase("https://h/a?author=Curie&design=round&keyword=ct", ExpectedResult = "https://h/a?author=Curie&design=round&keyword=ct")]
    [TestCase("https://h/a?key=1.2.840.5", ExpectedResult = "https://h/a?key=1.2.840.5")]
    public string Redact_Uri_CutsSecretsOnly(string uri)
    {
        string redacted = RedactedUri.Redact(uri);
        Assert.That(RedactedUri.Redact(redacted), Is.EqualTo(redacted), "once is enough");
        return redacted;
    }

    [TestCase(Wado)]
    [TestCase("gs://bucket/a?token=part-of-the-name@1")]
    [TestCase("file:///data/a@b?sig=c.dcm")]
    [TestCase("/data/studies/a:b@c?token=d.dcm")]
    [TestCase(@"C:\data\a@b.dcm")]
    [TestCase("/store/S.tar://instances/1.2.3.dcm")]
    [TestCase("https://[2001:db8::1]:8443/a@b.dcm")]
    public void Redact_NothingSecret_IsTheSameText(string uri) => Assert.That(RedactedUri.Redact(uri), Is.SameAs(uri));

    [Test]
    public void Redact_UriInUriInUri_EndsAtADepth()
    {
        string uri = string.Concat(Enumerable.Repeat("http://h/?u=", 100_000)) + "http://u:planted@h/";
        Assert.That(RedactedUri.Redact(uri), Does.Not.Contain("planted"));
    }

    [Test]
    public void RedactText_SeveralUris_AreAllRedacted() => Assert.That(
        RedactedUri.RedactText("\"https://u:p@h/a?sig=1\" (from https://u:p@g/b?x=1): gs://bucket/c, https://h/d?token=2."),
        Is.EqualTo("\"https://h/a?sig=***\" (from https://g/b?x=1): gs://bucket/c, https://h/d?token=***."));

    [TestCase("1.2.840.1", ExpectedResult = "1.2.840.1")]
    [TestCase("19700101", ExpectedResult = "8 characters that are no UID")]
    [TestCase("1.2.3\0\u0010DOE^JANE", ExpectedResult = "15 characters that are no UID")]
    [TestCase("", ExpectedResult = "none")]
    public string Uid_OfAMessage_IsShownOnlyIfItIsOne(string text) => ShownText.Uid(text);

    [Test]
    public void Text_OfAMessage_Is64PrintableCharacters() =>
        Assert.That(ShownText.Text("a\u001b[2J" + new string('b', 100)), Is.EqualTo("a?[2J" + new string('b', 59) + "…"));
}
