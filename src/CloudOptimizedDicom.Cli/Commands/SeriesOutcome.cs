using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>What became of the files of one series, or of those whose series is not known.</summary>
internal sealed record SeriesOutcome(
    SeriesId? Id,
    IReadOnlyList<Instance> New,
    IReadOnlyList<Instance> Same,
    IReadOnlyList<Instance> Conflict,
    IReadOnlyList<AppendError> Errors,
    bool IsLocked)
{
    public static SeriesOutcome OfErrors(SeriesId? id, IReadOnlyList<AppendError> errors, bool isLocked = false) => new(id, [], [], [], errors, isLocked);

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("study_uid", Id?.StudyUid);
        writer.WriteString("series_uid", Id?.SeriesUid);
        WriteInstances(writer, "new", New);
        WriteInstances(writer, "same", Same);
        WriteInstances(writer, "conflict", Conflict);
        writer.WriteStartArray("errors");
        foreach (AppendError error in Errors)
        {
            writer.WriteStartObject();
            writer.WriteString("uri", error.Instance.OriginalPath);
            writer.WriteString("error", error.Error.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteInstances(Utf8JsonWriter writer, string name, IEnumerable<Instance> instances)
    {
        writer.WriteStartArray(name);
        foreach (Instance instance in instances)
        {
            writer.WriteStartObject();
            writer.WriteString("instance_uid", instance.StoredUid);
            writer.WriteString("uri", instance.OriginalPath);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
