using System.Globalization;
using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>
/// The frames of one instance in their folder, with a list of their checksums beside them: what an earlier run has written is kept only if it
/// is whole and of the same bytes of the instance. Not thread-safe.
/// </summary>
/// <param name="folder">The folder, for nothing but these frames.</param>
/// <param name="instanceCrc32c">CRC-32C of the instance.</param>
internal sealed class ExportedFrames(string folder, uint instanceCrc32c)
{
    private const string ListName = ".frames.json";

    private static readonly string[] Extensions = ["jpg", "jls", "j2k", "jhc", "jxl", "rle", "raw", "bin"];

    private readonly SortedDictionary<int, (string File, uint Crc32c)> _frames = [];

    private string ListPath => Path.Combine(folder, ListName);

    /// <summary>Finds what an earlier run has written.</summary>
    public async Task<IReadOnlyDictionary<int, string>> FindAsync(CancellationToken cancellationToken)
    {
        foreach ((int number, string file, uint crc32c) in ReadList())
        {
            string path = Path.Combine(folder, file);
            if (HasBytes(path) && Crc32c.Compute(await File.ReadAllBytesAsync(path, cancellationToken)) == crc32c)
            {
                _frames[number] = (file, crc32c);
            }
        }

        return _frames.ToDictionary(frame => frame.Key, frame => Path.Combine(folder, frame.Value.File));
    }

    /// <summary>Writes a frame; its file gets its name only when all is in it.</summary>
    public async Task<string> WriteAsync(DicomFrame frame, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{frame.FrameNumber}.{frame.FileExtension}");
        string path = Path.Combine(folder, name);
        await OutputFile.WriteAsync(path, stream => stream.WriteAsync(frame.Bytes, cancellationToken).AsTask());
        _frames[frame.FrameNumber] = (name, Crc32c.Compute(frame.Bytes.Span));
        return path;
    }

    /// <summary>Deletes frames of earlier runs that are cut or of other bytes, and writes the list for the next run.</summary>
    public async Task FinishAsync()
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        HashSet<string> known = [.. _frames.Values.Select(frame => frame.File)];
        foreach (string path in Directory.EnumerateFiles(folder).Where(path => IsFrame(Path.GetFileName(path)) && !known.Contains(Path.GetFileName(path))).ToArray())
        {
            File.Delete(path);
        }

        await OutputFile.WriteAsync(ListPath, WriteListAsync);
    }

    /// <summary>A pipe, which has no length, would keep its reader waiting.</summary>
    private static bool HasBytes(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    private static bool IsFrame(string name) => name.Split('.') is [var number, var extension]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _) && Extensions.Contains(extension);

    private async Task WriteListAsync(Stream stream)
    {
        await using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteNumber("instance_crc32c", instanceCrc32c);
        writer.WriteStartArray("frames");
        foreach ((int number, (string file, uint crc32c)) in _frames)
        {
            writer.WriteStartObject();
            writer.WriteNumber("frame", number);
            writer.WriteString("file", file);
            writer.WriteNumber("crc32c", crc32c);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The list of the earlier run; empty where there is none, or it is of other bytes of the instance.</summary>
    private List<(int Number, string File, uint Crc32c)> ReadList()
    {
        List<(int, string, uint)> list = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(HasBytes(ListPath) ? File.ReadAllBytes(ListPath) : []);
            if (json.RootElement.GetProperty("instance_crc32c").GetUInt32() == instanceCrc32c)
            {
                foreach (JsonElement frame in json.RootElement.GetProperty("frames").EnumerateArray())
                {
                    string file = frame.GetProperty("file").GetString() ?? "";
                    if (IsFrame(file))
                    {
                        list.Add((frame.GetProperty("frame").GetInt32(), file, frame.GetProperty("crc32c").GetUInt32()));
                    }
                }
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Then every frame is fetched again.
        }

        return list;
    }
}
