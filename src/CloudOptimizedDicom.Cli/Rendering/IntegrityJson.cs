using System.Text.Json;
using CloudOptimizedDicom.Locking;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>What verify, repair and unlock have found, as members of a JSON object.</summary>
internal static class IntegrityJson
{
    public static void WriteFindings(Utf8JsonWriter writer, IntegrityReport report)
    {
        writer.WriteNumber("instances", report.Instances);
        writer.WriteNumber("archive_bytes", report.ArchiveBytes);
        writer.WriteBoolean("intact", report.IsIntact);
        WriteLock(writer, report.Lock);
        writer.WriteStartArray("findings");
        foreach (IntegrityFinding finding in report.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", finding.Kind.ToString());
            writer.WriteString("class", GroupedLines.NameOf(finding.Class));
            writer.WriteBoolean("damage", finding.IsDamage);
            writer.WriteString("subject", finding.Subject);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteActions(Utf8JsonWriter writer, IReadOnlyList<RepairAction> actions)
    {
        writer.WriteStartArray("actions");
        foreach (RepairAction action in actions)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", action.Kind.ToString());
            writer.WriteString("subject", action.Subject);
            writer.WriteString("message", action.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteLock(Utf8JsonWriter writer, LockHolder? holder)
    {
        if (holder is null)
        {
            writer.WriteNull("lock");
            return;
        }

        writer.WriteStartObject("lock");
        writer.WriteString("host", holder.Host);
        if (holder.ProcessId is { } process)
        {
            writer.WriteNumber("process_id", process);
        }

        writer.WriteString("operation", holder.Operation);
        writer.WriteNumber("age_seconds", Math.Floor(holder.Age.TotalSeconds));
        writer.WriteEndObject();
    }
}
