using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What Cloud Storage charges. One in a file has the members of this type, in US dollars.</summary>
/// <param name="Source">Where the prices are from.</param>
/// <param name="ClassAPer1000">A thousand requests of class A.</param>
/// <param name="ClassBPer1000">A thousand requests of class B.</param>
/// <param name="DownPerGiB">A GiB that leaves its location.</param>
/// <param name="StoragePerGiBMonth">A GiB kept for a month.</param>
internal sealed record PriceTable(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("class_a_per_1000")] decimal ClassAPer1000,
    [property: JsonPropertyName("class_b_per_1000")] decimal ClassBPer1000,
    [property: JsonPropertyName("down_per_gib")] decimal DownPerGiB,
    [property: JsonPropertyName("storage_per_gib_month")] decimal StoragePerGiBMonth)
{
    private const decimal GiB = 1L << 30;

    /// <summary>
    /// Google's list prices of Standard storage in a single region of the United States (cloud.google.com/storage/pricing,
    /// 2025); within a location nothing is charged for what comes down.
    /// </summary>
    public static PriceTable Default { get; } = new(
        "Google's list prices of 2025 for Standard storage in us-central1, all within that region",
        ClassAPer1000: 0.005m,
        ClassBPer1000: 0.0004m,
        DownPerGiB: 0,
        StoragePerGiBMonth: 0.020m);

    /// <exception cref="UsageException">The file is no price table.</exception>
    public static async Task<PriceTable> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream file = await InputStream.OpenAsync(path, cancellationToken);
            PriceTable? table = await JsonSerializer.DeserializeAsync(file, PriceTableJson.Default.PriceTable, cancellationToken);
            return table ?? throw new UsageException($"{path} is no price table.");
        }
        catch (JsonException error)
        {
            throw new UsageException($"{path} is no price table: {error.Message}");
        }
    }

    /// <summary>What requests and the bytes that come down cost, once.</summary>
    public decimal Of(RequestEstimate cost) =>
        (cost.ClassA * ClassAPer1000 / 1000) + (cost.ClassB * ClassBPer1000 / 1000) + (cost.BytesDown * DownPerGiB / GiB);

    /// <summary>What keeping bytes costs, a month.</summary>
    public decimal OfStoring(long bytes) => bytes * StoragePerGiBMonth / GiB;
}
