namespace CloudOptimizedDicom.Tests.Protocol;

/// <summary>What becomes of a request.</summary>
public enum Verdict
{
    /// <summary>It is carried out and answered.</summary>
    Apply,

    /// <summary>It is not carried out, and the answer says so: 403.</summary>
    Refuse,

    /// <summary>It is not carried out, but after 503 the caller cannot know.</summary>
    Unavailable,

    /// <summary>It never arrives, and the caller cannot know.</summary>
    LoseBefore,

    /// <summary>It is carried out, but the answer is lost.</summary>
    LoseAfter,

    /// <summary>The process dies before it is carried out: nothing ever comes back.</summary>
    KillBefore,

    /// <summary>The process dies after it was carried out: nothing ever comes back.</summary>
    KillAfter,
}
