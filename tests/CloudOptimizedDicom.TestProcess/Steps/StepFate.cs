using System.Globalization;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>What happens to a process, and at which of its steps.</summary>
/// <param name="Action">What happens.</param>
/// <param name="CountsChanges">Whether only those steps are counted that change something.</param>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="DelayMicroseconds">How long after the beginning of the step <see cref="StepAction.KillWithin"/> kills.</param>
internal sealed record StepFate(StepAction Action, bool CountsChanges = false, int Step = 0, int DelayMicroseconds = 0)
{
    public static StepFate None { get; } = new(StepAction.None);

    public static StepFate Parse(string text)
    {
        string[] parts = text.Split(':');
        return new StepFate(
            Enum.Parse<StepAction>(parts[0]),
            bool.Parse(parts[1]),
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            int.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Action}:{CountsChanges}:{Step}:{DelayMicroseconds}");
}
