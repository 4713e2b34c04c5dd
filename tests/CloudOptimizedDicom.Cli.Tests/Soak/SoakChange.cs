using CloudOptimizedDicom.TestProcess.Soak;

namespace CloudOptimizedDicom.Cli.Tests.Soak;

/// <summary>A change of a series that a process began.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Writer">The process.</param>
/// <param name="Numbers">The instances that it is about; of an edit, the value.</param>
/// <param name="Begun">When it said so.</param>
internal sealed record SoakChange(SoakEventKind Kind, int Writer, IReadOnlyList<int> Numbers, long Begun)
{
    /// <summary>When it said that the library had acknowledged it; the largest value while it has not.</summary>
    public long Done { get; set; } = long.MaxValue;

    public bool IsAcknowledged => Done < long.MaxValue;

    public bool Stores(int number) => Kind is SoakEventKind.Append or SoakEventKind.AppendAndDelete or SoakEventKind.Replace && Numbers.Contains(number);

    public bool Removes(int number) => Kind == SoakEventKind.Replace ? !Numbers.Contains(number) : Kind == SoakEventKind.Remove && Numbers.Contains(number);
}
