using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CloudOptimizedDicom;

/// <summary>Rows that are JSON objects.</summary>
internal static class InventoryJson
{
    /// <exception cref="FormatException">The line is no JSON object.</exception>
    public static void Read(ReadOnlySequence<byte> line, InventoryRow row)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("it is no JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                InventoryColumn? column = InventoryRow.ColumnOf(reader.GetString()!);
                reader.Read();
                if (column is { } wanted)
                {
                    row.Set(wanted, ToText(ref reader));
                }

                reader.Skip();
            }

            // Throws when something follows.
            reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"it is no JSON object ({error.Message})", error);
        }
    }

    private static string? ToText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan),
        _ => null,
    };
}
