using System.Text;
using System.Text.Json.Nodes;
using CloudOptimizedDicom.Testing.Objects;

namespace CloudOptimizedDicom.Testing.Tests;

/// <summary>An emulator of its own for every test, and requests to it that are spelled out.</summary>
internal abstract class EmulatorFixture
{
    protected const int Quantum = 8;

    protected ManualClock Clock { get; private set; } = null!;

    protected GcsEmulator Emulator { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    [SetUp]
    public async Task StartEmulator()
    {
        Clock = new ManualClock();
        Emulator = await GcsEmulator.StartAsync(new GcsEmulatorOptions { TimeProvider = Clock, UploadQuantumBytes = Quantum });
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Emulator.Endpoint };
    }

    [TearDown]
    public async Task StopEmulator()
    {
        Http.Dispose();
        await Emulator.DisposeAsync();
    }

    protected static string UrlOf(string name) => $"storage/v1/b/bucket/o/{Uri.EscapeDataString(name)}";

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static async Task<JsonObject> JsonOf(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    protected static string HeaderOf(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(",", values)
            : "";

    protected Task<HttpResponseMessage> InsertAsync(string name, string content, string query = "") =>
        Http.PostAsync(
            $"upload/storage/v1/b/bucket/o?uploadType=media&name={Uri.EscapeDataString(name)}{query}", new ByteArrayContent(Bytes(content)));

    protected async Task<long> GenerationOfInsertAsync(string name, string content) =>
        long.Parse((string)(await JsonOf(await InsertAsync(name, content)))["generation"]!, System.Globalization.CultureInfo.InvariantCulture);

    protected Task<HttpResponseMessage> InsertMultipartAsync(byte[] body, string contentType, string query = "")
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return Http.PostAsync($"upload/storage/v1/b/bucket/o?uploadType=multipart{query}", content);
    }

    protected Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, url);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Http.SendAsync(request);
    }

    protected async Task<Uri> StartUploadAsync(string name, string query = "", JsonObject? metadata = null)
    {
        HttpResponseMessage answer = await Http.PostAsync(
            $"upload/storage/v1/b/bucket/o?uploadType=resumable&name={Uri.EscapeDataString(name)}{query}",
            new StringContent((metadata ?? []).ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        return answer.Headers.Location!;
    }

    protected Task<HttpResponseMessage> PutAsync(Uri session, string content, string? contentRange, params (string Name, string Value)[] headers)
    {
        var body = new ByteArrayContent(Bytes(content));
        if (contentRange is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Range", contentRange);
        }

        var request = new HttpRequestMessage(HttpMethod.Put, session) { Content = body };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Http.SendAsync(request);
    }

    protected string? ContentOf(string name)
    {
        if (Emulator.Core.Find("bucket", name) is null)
        {
            return null;
        }

        using var reader = new StreamReader(Emulator.Core.OpenRead("bucket", name, GcsConditions.None).Content);
        return reader.ReadToEnd();
    }
}
