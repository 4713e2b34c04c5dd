using System.CommandLine;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary><c>cod ls</c>: the series of a datastore.</summary>
internal static class ListCommand
{
    private const string Description = """
        Lists the series of a datastore, in one pass over its names: nothing of a series is opened.

        Examples:
          cod ls ./cod-store
          cod ls ./cod-store --study 1.2.3 --json
          cod ls ./cod-store --studies        only the studies, which takes a shorter listing
        """;

    public static Command Create()
    {
        var datastore = new Argument<string>("DATASTORE") { Description = "The datastore." };
        var study = new Option<string?>("--study") { Description = "Only the series of this study." };
        var studies = new Option<bool>("--studies") { Description = "The studies instead of their series." };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("ls", Description) { datastore, study, studies, json };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(studies)
            ? ListStudiesAsync(parsed, parsed.GetValue(datastore)!, parsed.GetValue(json), cancellationToken)
            : RunAsync(parsed, parsed.GetValue(datastore)!, parsed.GetValue(study), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> ListStudiesAsync(ParseResult parsed, string path, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, path, cancellationToken);
        int count = 0;
        await foreach (string studyUid in datastore.ListStudiesAsync(cancellationToken))
        {
            count++;
            if (json)
            {
                JsonLines.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("study_uid", studyUid);
                    writer.WriteEndObject();
                });
            }
            else
            {
                Terminal.WriteLine(studyUid);
            }
        }

        if (!json)
        {
            Terminal.WriteLine($"{count} studies");
        }

        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string path, string? studyUid, bool json, CancellationToken cancellationToken)
    {
        await using CodDatastore datastore = await CommandOptions.OpenExistingDatastoreAsync(parsed, path, cancellationToken);
        int count = 0;
        long bytes = 0;
        await foreach (SeriesListing series in datastore.ListSeriesAsync(studyUid, cancellationToken))
        {
            count++;
            bytes += series.ArchiveBytes ?? 0;
            if (json)
            {
                JsonLines.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("study_uid", series.Id.StudyUid);
                    writer.WriteString("series_uid", series.Id.SeriesUid);
                    writer.WriteString("uri", series.Uri);
                    WriteNumber(writer, "archive_bytes", series.ArchiveBytes);
                    writer.WriteString("storage_class", series.StorageClass);
                    writer.WriteString("updated", series.TimeUpdated?.ToString("O"));
                    writer.WriteBoolean("locked", series.IsLocked);
                    writer.WriteBoolean("error_log", series.HasErrorLog);
                    writer.WriteEndObject();
                });
            }
            else
            {
                string marks = string.Concat(series.IsLocked ? "  locked" : "", series.HasErrorLog ? "  error log" : "", series.ArchiveBytes is null ? "  no archive" : "");
                Terminal.WriteLine($"{series.ArchiveBytes ?? 0,15:N0}  {series.TimeUpdated:yyyy-MM-dd HH:mm}  {series.Id}{marks}");
            }
        }

        if (!json)
        {
            Terminal.WriteLine($"{count} series, {bytes:N0} bytes");
        }

        return ExitCode.Done;
    }

    private static void WriteNumber(System.Text.Json.Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
