using System.CommandLine;
using System.CommandLine.Parsing;
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
          cod inspect gs://inbox/0001.dcm
        """;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "DICOM files: paths, gs:// or http(s):// URIs.", Arity = ArgumentArity.OneOrMore };
        files.Validators.Add(RefuseUnknownOptions);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line for each file." };
        var tags = new Option<bool>("--tags") { Description = "Print every tag; with --json, only the tags." };
        var command = new Command("inspect", Examples) { files, json, tags };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, parsed.GetValue(files)!, parsed.GetValue(json), parsed.GetValue(tags), cancellationToken));
        return command;
    }

    /// <summary>A mistyped option would be taken for a file that is not there.</summary>
    private static void RefuseUnknownOptions(ArgumentResult files)
    {
        foreach (Token token in files.Tokens)
        {
            if (token.Value.StartsWith('-'))
            {
                files.AddError($"There is no option {token.Value}. A file of that name is written ./{token.Value}");
            }
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, string[] files, bool json, bool tags, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Done;
        await using CodDatastore here = await CommandOptions.OpenDatastoreAsync(parsed, ".", cancellationToken);
        foreach (string file in files)
        {
            try
            {
                InstanceScan scan = await here.ScanAsync(new Instance(file), cancellationToken);
                Print(RedactedUri.Redact(file), scan, json, tags);
            }
            catch (Exception error) when (CodCommandLine.ToExitCode(error) is { } code)
            {
                exitCode = files.Length == 1 ? code : ExitCode.Findings;
                PrintError(RedactedUri.Redact(file), error, json);
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
                    RecordJson.Write(writer, file, scan);
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
                writer.WriteString("error", RedactedUri.RedactText(error.Message));
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
        ("Prefix", scan.HasPart10Prefix ? null : "no \"DICM\" at byte 128: a store will refuse it"),
        .. scan.Warnings.Select(warning => ("Warning", (string?)warning.Message)),
    ];
}
