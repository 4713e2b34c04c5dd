namespace CloudOptimizedDicom.TestProcess.Soak;

/// <summary>What a process of a soak does again and again.</summary>
internal interface ISoakRole
{
    /// <summary>Draws one operation and carries it out.</summary>
    /// <param name="store">The datastore.</param>
    /// <param name="copies">The datastore that series are copied to.</param>
    /// <param name="series">Which series it is about.</param>
    /// <param name="random">What it draws from.</param>
    /// <returns>How many instances were read.</returns>
    Task<int> WorkAsync(CodDatastore store, CodDatastore copies, int series, Random random);

    /// <summary>Whether an error is expected where locks are stolen and writers die.</summary>
    bool MayFailWith(CodException error);
}
