namespace CloudOptimizedDicom;

/// <summary>The instances of a series do not say in which order they belong.</summary>
public sealed class InstanceOrderException : CodException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="seriesUri">The series.</param>
    /// <param name="withoutNumber">How many instances have no usable Instance Number.</param>
    /// <param name="withoutLocation">How many have no usable Slice Location.</param>
    public InstanceOrderException(string seriesUri, int withoutNumber, int withoutLocation)
        : base($"The instances of {seriesUri} cannot be put in order: {withoutNumber} have no Instance Number, {withoutLocation} no Slice Location.")
    {
        SeriesUri = seriesUri;
        WithoutNumber = withoutNumber;
        WithoutLocation = withoutLocation;
    }

    /// <summary>The series.</summary>
    public string SeriesUri { get; }

    /// <summary>How many instances have no usable Instance Number (0020,0013).</summary>
    public int WithoutNumber { get; }

    /// <summary>How many have no usable Slice Location (0020,1041).</summary>
    public int WithoutLocation { get; }
}
