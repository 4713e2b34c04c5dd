using System.Text.Json;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>What became of instances, for programs.</summary>
internal static class IngestJson
{
    /// <summary>The members of a series' object.</summary>
    public static void Write(Utf8JsonWriter writer, SeriesIngest series)
    {
        writer.WriteString("study_uid", series.Id?.StudyUid);
        writer.WriteString("series_uid", series.Id?.SeriesUid);
        WriteInstances(writer, "new", series, series.New);
        WriteInstances(writer, "same", series, series.Same);
        WriteInstances(writer, "conflict", series, series.Conflict);
        writer.WriteStartArray("errors");
        foreach (AppendError error in series.Errors)
        {
            writer.WriteStartObject();
            writer.WriteString("uri", error.Instance.OriginalPath);
            writer.WriteString("error", error.Error.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteWarnings(writer, series.Warnings, withInstance: true);
    }

    /// <summary>The warnings of several instances, or of one that is named before.</summary>
    public static void WriteWarnings(Utf8JsonWriter writer, IEnumerable<InstanceWarning> warnings, bool withInstance)
    {
        writer.WriteStartArray("warnings");
        foreach (InstanceWarning warning in warnings)
        {
            writer.WriteStartObject();
            if (withInstance)
            {
                writer.WriteString("uri", warning.Instance.OriginalPath);
            }

            writer.WriteString("kind", warning.Kind.ToString());
            writer.WriteString("message", warning.Message);
            if (warning.Dicom is { } dicom)
            {
                WarningJson.WriteMembers(writer, dicom);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The object of a row of an inventory that cannot be used.</summary>
    public static void Write(Utf8JsonWriter writer, InventoryException badRow)
    {
        writer.WriteStartObject();
        writer.WriteString("outcome", "failed");
        writer.WriteNumber("line", badRow.LineNumber);
        writer.WriteString("error", badRow.Message);
        writer.WriteEndObject();
    }

    /// <summary>The object of a folder that cannot be read, or of a file in one whose name is not text.</summary>
    public static void Write(Utf8JsonWriter writer, SourceReadException unreadable)
    {
        writer.WriteStartObject();
        writer.WriteString("outcome", "failed");
        writer.WriteString("uri", unreadable.Uri);
        writer.WriteString("error", unreadable.Message);
        writer.WriteEndObject();
    }

    /// <summary>The members of a cost.</summary>
    public static void Write(Utf8JsonWriter writer, RequestEstimate cost, decimal dollars)
    {
        writer.WriteNumber("class_a", cost.ClassA);
        writer.WriteNumber("class_b", cost.ClassB);
        writer.WriteNumber("free", cost.Free);
        writer.WriteNumber("bytes_down", cost.BytesDown);
        writer.WriteNumber("bytes_up", cost.BytesUp);
        writer.WriteNumber("usd", dollars);
    }

    private static void WriteInstances(Utf8JsonWriter writer, string name, SeriesIngest series, IEnumerable<Instance> instances)
    {
        writer.WriteStartArray(name);
        foreach (Instance instance in instances)
        {
            writer.WriteStartObject();
            writer.WriteString("instance_uid", instance.StoredUid);
            writer.WriteString("uri", instance.OriginalPath);
            if (series.Reasons.GetValueOrDefault(instance) is AppendReason.StoredIsBeginning or AppendReason.ReplacedBeginning)
            {
                writer.WriteString("reason", series.Reasons[instance].ToString());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
