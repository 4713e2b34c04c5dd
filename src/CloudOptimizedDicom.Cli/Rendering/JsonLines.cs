using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>Output for machines: one JSON value a line on standard output.</summary>
internal static class JsonLines
{
    private static readonly Stream Output = Console.OpenStandardOutput();

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };

    /// <summary>Writes one line, whole or not at all; may be called from any thread.</summary>
    public static void Write(Action<Utf8JsonWriter> write)
    {
        var line = new ArrayBufferWriter<byte>();
        Write(line, write);
        lock (Output)
        {
            Output.Write(line.WrittenSpan);
            Output.Flush();
        }
    }

    /// <summary>Writes one line to memory.</summary>
    public static void Write(IBufferWriter<byte> lines, Action<Utf8JsonWriter> write)
    {
        using (var writer = new Utf8JsonWriter(lines, Options))
        {
            write(writer);
        }

        lines.Write("\n"u8);
    }
}
