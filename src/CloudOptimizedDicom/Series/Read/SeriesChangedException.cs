namespace CloudOptimizedDicom;

/// <summary>A series was rewritten again and again while it was read. No other bytes than the recorded ones were given out.</summary>
public sealed class SeriesChangedException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="attempts">How often the read was begun.</param>
    public SeriesChangedException(string seriesUri, int attempts)
        : base($"The series {seriesUri} changed during each of {attempts} attempts to read it.")
    {
        SeriesUri = seriesUri;
        Attempts = attempts;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>How often the read was begun.</summary>
    public int Attempts { get; }

    /// <summary>Always: a later read may find it at rest.</summary>
    public override bool IsTransient => true;
}
