using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CloudOptimizedDicom.Json;

/// <summary>Changes members of a JSON object and leaves every other byte of it as it is.</summary>
internal static class JsonMembers
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = DicomJsonWriter.MaxJsonDepth };

    /// <summary>Gives members new values; those that the object lacks go to its end.</summary>
    /// <param name="json">A valid JSON object.</param>
    /// <param name="members">Names and the JSON of the values; no name twice, none that needs an escape.</param>
    public static byte[] Set(ReadOnlySpan<byte> json, params ReadOnlySpan<(string Name, byte[] Json)> members)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + members.Length * 64);
        var reader = new Utf8JsonReader(json, Options);
        Span<bool> isSet = stackalloc bool[members.Length];
        bool isEmpty = true;
        int copied = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            int member = IndexOf(members, JsonText.Read(ref reader));
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (member >= 0)
            {
                output.Write(json[copied..start]);
                output.Write(members[member].Json);
                copied = (int)reader.BytesConsumed;
                isSet[member] = true;
            }
        }

        int end = (int)reader.TokenStartIndex;
        output.Write(json[copied..end]);
        for (int i = 0; i < members.Length; i++)
        {
            if (!isSet[i])
            {
                output.Write(Encoding.UTF8.GetBytes($"{(isEmpty ? "" : ",")}\"{members[i].Name}\":"));
                output.Write(members[i].Json);
                isEmpty = false;
            }
        }

        output.Write(json[end..]);
        return output.WrittenSpan.ToArray();
    }

    private static int IndexOf(ReadOnlySpan<(string Name, byte[] Json)> members, string name)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (members[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
