namespace CloudOptimizedDicom.Tests.Series;

/// <summary>How a request of a failing store breaks off.</summary>
public enum Failure
{
    /// <summary>Nothing was sent, and the caller knows it.</summary>
    Refused,

    /// <summary>Nothing arrived, but the caller cannot know.</summary>
    LostBefore,

    /// <summary>It was carried out, but the answer was lost.</summary>
    LostAfter,
}
