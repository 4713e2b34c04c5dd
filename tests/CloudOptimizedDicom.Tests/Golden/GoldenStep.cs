using System.Text.Json;

namespace CloudOptimizedDicom.Tests.Golden;

/// <summary>One call of the Python library, with what it said of each file.</summary>
internal sealed record GoldenStep(JsonElement Expected)
{
    private const string RemoteFolder = "gs://golden/src/";

    public CodMode Mode => Expected.GetProperty("mode").GetString() == "w" ? CodMode.Write : CodMode.Append;

    public string[] Input => Paths("input");

    public string[] New => Paths("new");

    public string[] Same => Paths("same");

    public string[] Conflict => Paths("conflict");

    /// <summary>Whether all files are part of the test data.</summary>
    public bool HasInput => Input.All(File.Exists);

    /// <summary>Paths here; what Python fetched from a bucket lies with its siblings.</summary>
    private string[] Paths(string name) =>
    [
        .. Expected.GetProperty(name).EnumerateArray()
            .Select(path => path.GetString()!.Replace(RemoteFolder, "appendset/", StringComparison.Ordinal))
            .Select(path => Repository.TestData(["dicom", .. path.Split('/')])),
    ];
}
