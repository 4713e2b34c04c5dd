namespace CloudOptimizedDicom.Storage;

/// <summary>What must hold of the live object for a request to be carried out.</summary>
public readonly record struct ObjectPrecondition
{
    private ObjectPrecondition(long generation) => Generation = generation;

    /// <summary>Nothing needs to hold.</summary>
    public static ObjectPrecondition None { get; }

    /// <summary>There must be no object of the name (<c>ifGenerationMatch=0</c>).</summary>
    public static ObjectPrecondition DoesNotExist { get; } = new(0);

    /// <summary>The generation that must be live, 0 for none at all; <see langword="null"/> when anything may be.</summary>
    public long? Generation { get; }

    /// <summary>The object must still be the one with this generation (<c>ifGenerationMatch</c>).</summary>
    /// <param name="generation">The generation; 0 means that there must be none.</param>
    /// <returns>The precondition.</returns>
    public static ObjectPrecondition GenerationIs(long generation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(generation);
        return new(generation);
    }

    /// <summary>Whether it holds.</summary>
    /// <param name="live">Generation of the live object; <see langword="null"/> for none.</param>
    /// <returns><see langword="true"/> when it holds.</returns>
    public bool HoldsFor(long? live) => Generation is not { } expected || expected == (live ?? 0);

    /// <summary>The condition in words.</summary>
    /// <returns>Such as <c>generation 17</c> or <c>no object</c>.</returns>
    public override string ToString() => Generation switch
    {
        null => "any object or none",
        0 => "no object",
        _ => $"generation {Generation}",
    };
}
