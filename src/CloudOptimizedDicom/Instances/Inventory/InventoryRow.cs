using System.Globalization;

namespace CloudOptimizedDicom;

/// <summary>The values of one row that are of use, by column. Used again for the next row. Not thread-safe.</summary>
internal sealed class InventoryRow
{
    private const int Crc32cHexDigits = 8;

    private static readonly Dictionary<string, InventoryColumn> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["uri"] = InventoryColumn.Uri,
        ["dicomuri"] = InventoryColumn.Uri,
        ["bucket"] = InventoryColumn.Bucket,
        ["name"] = InventoryColumn.Name,
        ["size"] = InventoryColumn.Size,
        ["sizebytes"] = InventoryColumn.Size,
        ["crc32c"] = InventoryColumn.Crc32c,
        ["studyuid"] = InventoryColumn.StudyUid,
        ["studyinstanceuid"] = InventoryColumn.StudyUid,
        ["seriesuid"] = InventoryColumn.SeriesUid,
        ["seriesinstanceuid"] = InventoryColumn.SeriesUid,
        ["instanceuid"] = InventoryColumn.InstanceUid,
        ["sopinstanceuid"] = InventoryColumn.InstanceUid,
    };

    private readonly string?[] _values = new string?[Enum.GetValues<InventoryColumn>().Length];

    /// <summary>What a column of this name says; null when it is none of ours.</summary>
    public static InventoryColumn? ColumnOf(string name) =>
        Columns.TryGetValue(name.Trim().Replace("_", "", StringComparison.Ordinal), out InventoryColumn column) ? column : null;

    /// <summary>Whether these columns name instances.</summary>
    public static bool NamesInstances(IReadOnlyCollection<InventoryColumn?> columns) =>
        columns.Contains(InventoryColumn.Uri) || (columns.Contains(InventoryColumn.Bucket) && columns.Contains(InventoryColumn.Name));

    public void Clear() => Array.Clear(_values);

    public void Set(InventoryColumn column, string? value) =>
        _values[(int)column] = string.IsNullOrWhiteSpace(value) ? null : value;

    /// <summary>The instance that the row names.</summary>
    /// <exception cref="FormatException">A value is missing, or cannot be what its column says.</exception>
    public Instance ToInstance(Func<string, string>? uidHasher) => new(ToUri())
    {
        UidHasher = uidHasher,
        Hints = new Hints
        {
            SizeBytes = this[InventoryColumn.Size] is { } size ? ToSize(size) : null,
            Crc32c = this[InventoryColumn.Crc32c] is { } crc32c ? ToCrc32c(crc32c) : null,
            StudyUid = ToUid(InventoryColumn.StudyUid),
            SeriesUid = ToUid(InventoryColumn.SeriesUid),
            InstanceUid = ToUid(InventoryColumn.InstanceUid),
        },
    };

    private string? this[InventoryColumn column] => _values[(int)column];

    private string ToUri() => this[InventoryColumn.Uri]
        ?? (this[InventoryColumn.Bucket] is { } bucket && this[InventoryColumn.Name] is { } name ? $"gs://{bucket}/{name}" : null)
        ?? throw new FormatException("there is no uri, and no bucket with name");

    private string? ToUid(InventoryColumn column) => this[column] is not { } uid || DicomUid.IsSafeName(uid)
        ? this[column]
        : throw new FormatException($"{ShownText.Uid(uid)} cannot name anything");

    private static long ToSize(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
        ? size
        : throw new FormatException($"\"{ShownText.Text(text)}\" is no size in bytes");

    /// <summary>Base64 as Cloud Storage writes it, or eight hexadecimal digits; base64 of four bytes ends with two equals signs, so they cannot be confused.</summary>
    private static uint ToCrc32c(string text)
    {
        if (CloudOptimizedDicom.Crc32c.TryParseBase64(text, out uint value))
        {
            return value;
        }

        return text.Length == Crc32cHexDigits && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            ? value
            : throw new FormatException($"\"{ShownText.Text(text)}\" is no CRC-32C in base64 or eight hexadecimal digits");
    }
}
