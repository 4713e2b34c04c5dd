namespace CloudOptimizedDicom;

/// <summary>One thing that was found at a series.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The instance, member or object that it is about.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record IntegrityFinding(IntegrityFindingKind Kind, string Subject, string Message)
{
    /// <summary>How much it matters.</summary>
    public IntegrityClass Class => Kind switch
    {
        IntegrityFindingKind.LockHeld or IntegrityFindingKind.ErrorLogExists
            or IntegrityFindingKind.DuplicateMember or IntegrityFindingKind.ForeignMember
            or IntegrityFindingKind.InstanceWarning => IntegrityClass.Note,
        IntegrityFindingKind.FramesShifted or IntegrityFindingKind.FramesDeviate or IntegrityFindingKind.TagsDeviate
            or IntegrityFindingKind.RecordDeviates or IntegrityFindingKind.InstanceUnreadable => IntegrityClass.Deviation,
        _ => IntegrityClass.Damage,
    };

    /// <summary>Whether something is wrong: the class is <see cref="IntegrityClass.Damage"/>.</summary>
    public bool IsDamage => Class == IntegrityClass.Damage;
}
