using System.Text.Json;
using CloudOptimizedDicom.Metadata;

namespace CloudOptimizedDicom;

/// <summary>The names of a series' objects in its store.</summary>
/// <param name="Prefix">What stands before <c>studies/</c>, with a slash at its end; empty at the root of the store.</param>
/// <param name="Id">The series.</param>
internal sealed record SeriesNames(string Prefix, SeriesId Id)
{
    public const string TarExtension = ".tar";
    public const string MetadataFile = "metadata.json";
    public const string LockFile = ".gradient.lock";
    public const string ErrorLogFile = "error.log";

    /// <summary>The series' folder, without a slash at its end.</summary>
    public string Folder { get; } = Prefix + Id.Path;

    public string Tar => Folder + TarExtension;

    public string Metadata => $"{Folder}/{MetadataFile}";

    /// <summary>Metadata that could not be read when a repair made it again.</summary>
    public string DamagedMetadata => Metadata + ".damaged";

    public string Index => Folder + "/index.sqlite";

    public string Lock => $"{Folder}/{LockFile}";

    public string ErrorLog => $"{Folder}/{ErrorLogFile}";

    /// <summary>Every object of the series but its lock, in the order in which they are deleted.</summary>
    public IReadOnlyList<string> InOrderOfDeletion =>
        [Metadata, DamagedMetadata, Index, .. Thumbnails, ErrorLog, Tar];

    /// <summary>What a thumbnail may be called.</summary>
    public IReadOnlyList<string> Thumbnails => [$"{Folder}/thumbnail.mp4", $"{Folder}/thumbnail.jpg"];

    /// <summary>
    /// The thumbnail that metadata names, by the last part of the URI in its field, since a store may have been copied; null for none.
    /// </summary>
    public string? FindThumbnail(SeriesMetadata metadata)
    {
        if (!metadata.Fields.TryGet(SeriesFields.Thumbnail, out ReadOnlyMemory<byte> utf8Json))
        {
            return null;
        }

        using var field = JsonDocument.Parse(utf8Json, SeriesFields.DocumentOptions);
        string uri = field.RootElement.ValueKind == JsonValueKind.Object
            && field.RootElement.TryGetProperty("uri"u8, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
        return Thumbnails.FirstOrDefault(name => uri.EndsWith(name[name.LastIndexOf('/')..], StringComparison.Ordinal));
    }

    /// <summary>What the names of members begin with that a repair keeps; nothing reads them.</summary>
    public const string DamagedFolder = "damaged/";

    /// <summary>The name of an instance within the archive.</summary>
    public static string Member(string uid) => $"instances/{uid}.dcm";
}
