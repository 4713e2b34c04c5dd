namespace CloudOptimizedDicom.Cli;

/// <summary>What the command tells the shell; the same for every subcommand.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It ran to its end, but some instances failed or something was found.</summary>
    public const int Findings = 1;

    public const int WrongUsage = 2;

    /// <summary>Somebody else holds the lock of a series.</summary>
    public const int Locked = 3;

    public const int NotFound = 4;

    public const int Damaged = 5;

    /// <summary>Ended by Ctrl-C, as shells write it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;
}
