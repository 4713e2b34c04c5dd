using System.Globalization;

namespace CloudOptimizedDicom.TestProcess.Steps;

/// <summary>What happens to a process, and at which of its steps.</summary>
/// <param name="Action">What happens.</param>
/// <param name="Kind">Which steps are counted.</param>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="DelayMicroseconds">How long after the beginning of the step <see cref="StepAction.KillWithin"/> kills.</param>
internal sealed record StepFate(StepAction Action, StepKind Kind = StepKind.Request, int Step = 0, int DelayMicroseconds = 0)
{
    public static StepFate None { get; } = new(StepAction.None);

    public static StepFate Parse(string text)
    {
        string[] parts = text.Split(':');
        return new StepFate(
            Enum.Parse<StepAction>(parts[0]),
            Enum.Parse<StepKind>(parts[1]),
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            int.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Action}:{Kind}:{Step}:{DelayMicroseconds}");
}
