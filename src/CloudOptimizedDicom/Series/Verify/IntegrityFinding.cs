namespace CloudOptimizedDicom;

/// <summary>One thing that was found at a series.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The instance, member or object that it is about.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record IntegrityFinding(IntegrityFindingKind Kind, string Subject, string Message)
{
    /// <summary>Whether something is wrong; the others are notes, and there is nothing to repair about them.</summary>
    public bool IsDamage => Kind
        is not (IntegrityFindingKind.LockHeld or IntegrityFindingKind.ErrorLogExists or IntegrityFindingKind.DuplicateMember or IntegrityFindingKind.ForeignMember);
}
