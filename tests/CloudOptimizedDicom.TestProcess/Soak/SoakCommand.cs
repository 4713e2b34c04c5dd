using System.Globalization;
using CloudOptimizedDicom.TestProcess.Steps;

namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>One line that a process of a soak reads: its next round.</summary>
/// <param name="Seed">What its choices are drawn from.</param>
/// <param name="Operations">How many operations.</param>
/// <param name="Series">The series that most of them are about.</param>
/// <param name="Fate">What happens to it meanwhile.</param>
internal sealed record SoakCommand(int Seed, int Operations, int Series, StepFate Fate)
{
    /// <summary>The line that lets a process go on that has stalled.</summary>
    public const string GoOn = "go on";

    public static SoakCommand Parse(string line)
    {
        string[] parts = line.Split(' ');
        int[] numbers = [.. parts[..3].Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return new SoakCommand(numbers[0], numbers[1], numbers[2], StepFate.Parse(parts[3]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seed} {Operations} {Series} {Fate}");
}
