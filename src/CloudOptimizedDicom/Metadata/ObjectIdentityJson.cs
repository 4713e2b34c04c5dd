using System.Globalization;
using System.Text.Json;
using CloudOptimizedDicom.Json;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Metadata;

/// <summary>
/// <c>{"generation": "…", "size": …, "crc32c": "…"}</c>: the generation as text, since JavaScript would round the number.
/// </summary>
internal static class ObjectIdentityJson
{
    public static void Write(Utf8JsonWriter json, string name, ObjectIdentity? identity)
    {
        if (identity is null)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("generation"u8, identity.Generation.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("size"u8, identity.SizeBytes);
        json.WriteString("crc32c"u8, Crc32c.ToBase64(identity.Crc32c));
        json.WriteEndObject();
    }

    /// <summary>Reads the value in front of which the reader stands.</summary>
    /// <returns>The identity, null for JSON's null; whether it was one of the two.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out ObjectIdentity? identity)
    {
        identity = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TokenType == JsonTokenType.Null;
        }

        (long? generation, long? size, uint? crc32c) = (null, null, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.IsEqual(ref reader, "generation"u8))
            {
                generation = ReadGeneration(ref reader);
            }
            else if (JsonText.IsEqual(ref reader, "size"u8))
            {
                reader.Read();
                size = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0 ? number : null;
            }
            else if (JsonText.IsEqual(ref reader, "crc32c"u8))
            {
                reader.Read();
                string? text = reader.TokenType == JsonTokenType.String ? JsonText.Read(ref reader) : null;
                crc32c = Crc32c.TryParseBase64(text, out uint value) ? value : null;
            }

            reader.Skip();
        }

        identity = generation is { } g && size is { } s && crc32c is { } c ? new ObjectIdentity(g, s, c) : null;
        return identity is not null;
    }

    private static long? ReadGeneration(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String
            && long.TryParse(JsonText.Read(ref reader), NumberStyles.None, CultureInfo.InvariantCulture, out long generation)
                ? generation
                : null;
    }
}
