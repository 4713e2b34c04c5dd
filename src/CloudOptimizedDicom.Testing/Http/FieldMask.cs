using System.Text.Json.Nodes;

namespace CloudOptimizedDicom.Testing.Http;

/// <summary>The parameter <c>fields</c>: <c>a,b(c,d),e/f,*</c>. A member without anything inside is taken whole.</summary>
internal sealed class FieldMask
{
    private readonly Dictionary<string, FieldMask> _members = [];

    public static FieldMask Parse(string text)
    {
        var mask = new FieldMask();
        int position = 0;
        mask.ParseList(text, ref position);
        return mask;
    }

    public JsonNode Apply(JsonNode node)
    {
        if (_members.Count == 0 || node is JsonValue)
        {
            return node.DeepClone();
        }

        if (node is JsonArray array)
        {
            return new JsonArray([.. array.Select(item => item is null ? null : Apply(item))]);
        }

        var result = new JsonObject();
        foreach ((string name, JsonNode? value) in node as JsonObject ?? [])
        {
            if ((_members.GetValueOrDefault(name) ?? _members.GetValueOrDefault("*")) is { } inner)
            {
                result[name] = value is null ? null : inner.Apply(value);
            }
        }

        return result;
    }

    private void ParseList(string text, ref int position)
    {
        while (position < text.Length && text[position] != ')')
        {
            int length = text.AsSpan(position).IndexOfAny(",()");
            int end = length < 0 ? text.Length : position + length;
            FieldMask inner = this;
            foreach (string name in text[position..end].Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                inner._members.TryAdd(name, new FieldMask());
                inner = inner._members[name];
            }

            position = end;
            if (position < text.Length && text[position] == '(')
            {
                position++;
                inner.ParseList(text, ref position);
                position++;
            }

            if (position < text.Length && text[position] == ',')
            {
                position++;
            }
        }
    }
}
