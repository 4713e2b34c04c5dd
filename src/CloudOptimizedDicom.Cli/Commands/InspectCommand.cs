using System.CommandLine;
using System.Text.Json;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod inspect</c>: everything about DICOM files, without a store.</summary>
internal static class InspectCommand
{
    private const string Examples = """
        Tells everything about DICOM files, without a store.

        Examples:
          cod inspect scan/0001.dcm                 identity, checksum, pixels and frames
          cod inspect scan/0001.dcm --tags          the same with every tag
          cod inspect scan/*.dcm --json             what would be stored, one JSON object a line
          cod inspect scan/0001.dcm --json --tags   only the tags, in the DICOM JSON model
        """;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "DICOM files.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line for each file." };
        var tags = new Option<bool>("--tags") { Description = "Print every tag; with --json, only the tags." };
        var command = new Command("inspect", Examples) { files, json, tags };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(files)!, parsed.GetValue(json), parsed.GetValue(tags), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool json, bool tags, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Done;
        foreach (string file in files)
        {
            try
            {
                InstanceScan scan = await InstanceScan.FromFileAsync(file, cancellationToken);
                Print(file, scan, json, tags);
            }
            catch (Exception error) when (CodCommandLine.ToExitCode(error) is { } code)
            {
                exitCode = files.Length == 1 ? code : ExitCode.Findings;
                PrintError(file, error, json);
            }
        }

        return exitCode;
    }

    private static void Print(string file, InstanceScan scan, bool json, bool tags)
    {
        if (json)
        {
            JsonLines.Write(writer =>
            {
                if (tags)
                {
                    writer.WriteRawValue(scan.DicomJson.Span, skipInputValidation: true);
                }
                else
                {
                    WriteRecord(writer, file, scan);
                }
            });
            return;
        }

        Terminal.WriteFields(file, Describe(scan));
        if (tags)
        {
            TagTree.Write(scan.DicomJson);
        }
    }

    private static void PrintError(string file, Exception error, bool json)
    {
        if (json)
        {
            JsonLines.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("uri", file);
                writer.WriteString("error", error.Message);
                writer.WriteEndObject();
            });
        }

        Terminal.WriteError($"{file}: {error.Message}");
    }

    private static IEnumerable<(string Name, string? Value)> Describe(InstanceScan scan) =>
    [
        ("SOP Instance UID", scan.InstanceUid),
        ("Series Instance UID", scan.SeriesUid),
        ("Study Instance UID", scan.StudyUid),
        ("Transfer syntax", scan.TransferSyntax.ToString()),
        ("Size", $"{scan.SizeBytes:N0} bytes"),
        ("CRC-32C", Crc32c.ToBase64(scan.Crc32c)),
        ("Pixel data", scan.HasPixelData ? "yes" : "no"),
        ("Frames", scan.Frames is { } frames ? $"{frames.Count}, the first at {frames[0]}, the last at {frames[^1]}" : null),
        ("Findings", (scan.HasPart10Prefix, scan.IsTruncated) switch
        {
            (true, false) => null,
            (false, false) => "no \"DICM\" at byte 128: a store will refuse it",
            (true, true) => "the file ends inside an element",
            (false, true) => "no \"DICM\" at byte 128: a store will refuse it; the file ends inside an element",
        }),
    ];

    /// <summary>The record of a metadata.json with its tags spelled out, as if the file were the first of a new series.</summary>
    private static void WriteRecord(Utf8JsonWriter writer, string file, InstanceScan scan)
    {
        writer.WriteStartObject();
        writer.WriteString("instance_uid", scan.InstanceUid);
        writer.WriteString("series_uid", scan.SeriesUid);
        writer.WriteString("study_uid", scan.StudyUid);
        writer.WriteBoolean("has_pixeldata", scan.HasPixelData);
        writer.WritePropertyName("metadata");
        writer.WriteRawValue(scan.DicomJson.Span, skipInputValidation: true);
        writer.WriteString("uri", scan.BulkDataUri);
        writer.WriteStartObject("headers");
        writer.WriteNumber("start_byte", scan.ArchiveRange.Offset);
        writer.WriteNumber("end_byte", scan.ArchiveRange.End);
        writer.WriteEndObject();
        writer.WriteStartObject("offset_tables");
        if (scan.Frames is { } frames)
        {
            WriteNumbers(writer, "CustomOffsetTable", frames.Offsets);
            WriteNumbers(writer, "CustomOffsetTableLengths", frames.Lengths);
        }

        writer.WriteEndObject();
        writer.WriteString("crc32c", Crc32c.ToBase64(scan.Crc32c));
        writer.WriteNumber("size", scan.SizeBytes);
        writer.WriteString("original_path", file);
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
