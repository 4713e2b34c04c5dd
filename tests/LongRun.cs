namespace CloudOptimizedDicom.Tests;

/// <summary>How far a test goes: a little on each change, far in the long form (<c>tests/run --long</c>).</summary>
internal static class LongRun
{
    public const string Variable = "COD_TEST_LONG";

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>The number of cases, seeds or rounds: <paramref name="ci"/> as a rule, <paramref name="long"/> in the long form.</summary>
    public static int Count(int ci, int @long) => IsOn ? @long : ci;
}
