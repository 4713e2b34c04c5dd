using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace CloudOptimizedDicom;

/// <summary>Rows of CSV (RFC 4180, no line breaks within values), the first of which names the columns.</summary>
/// <param name="columns">What the values of a row are.</param>
internal sealed class InventoryCsv(InventoryColumn?[] columns)
{
    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture)
    {
        BadDataFound = static _ => throw new FormatException("a quotation mark is out of place"),
        TrimOptions = TrimOptions.Trim,
    };

    /// <summary>Reads the first line.</summary>
    /// <exception cref="FormatException">It is no CSV, or its columns name no instances.</exception>
    public static InventoryCsv ReadHeader(string line)
    {
        string[] names = Split(line);
        InventoryColumn?[] columns = [.. names.Select(InventoryRow.ColumnOf)];
        return InventoryRow.NamesInstances(columns)
            ? new InventoryCsv(columns)
            : throw new FormatException($"the columns {string.Join(", ", names.Take(20).Select(ShownText.Text))} name no uri, and no bucket with name");
    }

    /// <summary>Reads any other line.</summary>
    /// <exception cref="FormatException">It is no row of these columns.</exception>
    public void Read(string line, InventoryRow row)
    {
        string[] values = Split(line);
        if (values.Length != columns.Length)
        {
            throw new FormatException($"it has {values.Length} values, and there are {columns.Length} columns");
        }

        foreach ((InventoryColumn? column, string value) in columns.Zip(values))
        {
            if (column is { } wanted)
            {
                row.Set(wanted, value);
            }
        }
    }

    /// <summary>A parser for each line: in one for all of them, a quotation mark out of place would cost the lines behind it.</summary>
    private static string[] Split(string line)
    {
        using var parser = new CsvParser(new StringReader(line), Configuration);
        return parser.Read() ? parser.Record! : [];
    }
}
