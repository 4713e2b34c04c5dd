using System.Diagnostics;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>Writes the events of a process. Each line is flushed before the call returns, so a kill cannot take it back.</summary>
internal sealed class SoakOutput(TextWriter writer)
{
    private int _operations;

    /// <summary>Announces an operation, and gives its number.</summary>
    public int Begin(SoakEventKind kind, int series, IReadOnlyList<int> numbers)
    {
        Write(kind, ++_operations, series, numbers, "");
        return _operations;
    }

    public void Done(int operation) => Write(SoakEventKind.Done, operation, 0, [], "");

    public void Refused(Exception error) => Write(SoakEventKind.Refused, _operations, 0, [], error.GetType().Name);

    public void Saw(int series, long since, IReadOnlyList<int> numbers) =>
        Write(new SoakEvent(SoakEventKind.Saw, since, _operations, series, numbers, ""));

    public void Wrong(int series, string text) => Write(SoakEventKind.Wrong, _operations, series, [], text);

    public void Stalled() => Write(SoakEventKind.Stalled, _operations, 0, [], "");

    public void Finished(IReadOnlyList<int> steps, int instancesRead) => Write(SoakEventKind.Finished, _operations, 0, [.. steps, instancesRead], "");

    private void Write(SoakEventKind kind, int operation, int series, IReadOnlyList<int> numbers, string text) =>
        Write(new SoakEvent(kind, Stopwatch.GetTimestamp(), operation, series, numbers, text));

    private void Write(SoakEvent line)
    {
        lock (writer)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
