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
        using (var writer = new Utf8JsonWriter(line, Options))
        {
            write(writer);
        }

        line.Write("\n"u8);
        lock (Output)
        {
            Output.Write(line.WrittenSpan);
            Output.Flush();
        }
    }
}
