using System.Text.Json;
using CloudOptimizedDicom.Part10;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>What a file has that DICOM does not allow, for programs.</summary>
internal static class WarningJson
{
    /// <summary>The member <c>warnings</c>; none where there are none.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<DicomWarning> warnings)
    {
        if (warnings.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("warnings");
        foreach (DicomWarning warning in warnings)
        {
            writer.WriteStartObject();
            writer.WriteString("message", warning.Message);
            WriteMembers(writer, warning);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>What is wrong, and where, in the object of a warning.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, DicomWarning warning)
    {
        writer.WriteString("fault", warning.Kind.ToString());
        writer.WriteNumber("offset", warning.Offset);
        if (warning.Tag is { } tag)
        {
            writer.WriteString("tag", tag.ToJsonName());
        }
    }
}
