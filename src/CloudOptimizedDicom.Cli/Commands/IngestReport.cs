using System.Buffers;
using CloudOptimizedDicom.Cli.Rendering;

namespace CloudOptimizedDicom.Cli.Commands;

/// <summary>
/// The file that <c>--report</c> names: one JSON line an instance, behind what it has from earlier runs. The lines of a series
/// are on disk before the next series is told. Not thread-safe.
/// </summary>
internal sealed class IngestReport : IDisposable
{
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _lines = new();
    private ILookup<Instance, InstanceWarning> _warnings = Array.Empty<InstanceWarning>().ToLookup(warning => warning.Instance);

    public IngestReport(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (!_file.CanSeek)
        {
            _file.Dispose();
            throw new UsageException($"{path} is not a regular file, so nothing can be added to it.");
        }

        if (_file.Length > 0)
        {
            // A run that was killed may have left a part of a line.
            _file.Seek(-1, SeekOrigin.End);
            if (_file.ReadByte() != '\n')
            {
                _file.WriteByte((byte)'\n');
            }
        }
    }

    public void Add(SeriesIngest series)
    {
        _lines.ResetWrittenCount();
        _warnings = series.Warnings.ToLookup(warning => warning.Instance);
        Add(series, "new", series.New);
        Add(series, "same", series.Same);
        Add(series, "conflict", series.Conflict);
        foreach (AppendError error in series.Errors)
        {
            Add(series, series.IsLocked ? "locked" : "failed", error.Instance, error.Error.Message);
        }

        Write();
    }

    public void Add(SourceReadException unreadable)
    {
        _lines.ResetWrittenCount();
        JsonLines.Write(_lines, writer => IngestJson.Write(writer, unreadable));
        Write();
    }

    public void Add(InventoryException badRow)
    {
        _lines.ResetWrittenCount();
        JsonLines.Write(_lines, writer => IngestJson.Write(writer, badRow));
        Write();
    }

    public void Dispose() => _file.Dispose();

    private void Add(SeriesIngest series, string outcome, IEnumerable<Instance> instances)
    {
        foreach (Instance instance in instances)
        {
            Add(series, outcome, instance, error: null);
        }
    }

    private void Add(SeriesIngest series, string outcome, Instance instance, string? error) => JsonLines.Write(_lines, writer =>
    {
        IEnumerable<InstanceWarning> warnings = _warnings[instance];
        writer.WriteStartObject();
        writer.WriteString("uri", instance.OriginalPath);
        writer.WriteString("outcome", outcome);
        writer.WriteString("study_uid", series.Id?.StudyUid);
        writer.WriteString("series_uid", series.Id?.SeriesUid);
        writer.WriteString("instance_uid", instance.StoredUid);
        if (series.Reasons.GetValueOrDefault(instance) is AppendReason.StoredIsBeginning or AppendReason.ReplacedBeginning)
        {
            writer.WriteString("reason", series.Reasons[instance].ToString());
        }

        if (error is not null)
        {
            writer.WriteString("error", error);
        }

        if (warnings.Any())
        {
            IngestJson.WriteWarnings(writer, warnings, withInstance: false);
        }

        writer.WriteEndObject();
    });

    private void Write()
    {
        _file.Write(_lines.WrittenSpan);
        _file.Flush(flushToDisk: true);
    }
}
