namespace CloudOptimizedDicom;

/// <summary>Where the bytes of an instance come from.</summary>
internal interface IInstanceSource
{
    /// <summary>The URI, for messages.</summary>
    string Uri { get; }

    /// <summary>Whether the bytes are on another machine.</summary>
    bool IsRemote { get; }

    /// <summary>Opens all bytes.</summary>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    Task<SourceContent> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Opens the first bytes, or all where there are not as many; a source may give more than was asked for.</summary>
    /// <exception cref="SourceReadException">The source cannot be read.</exception>
    Task<SourceContent> OpenHeadAsync(long bytes, CancellationToken cancellationToken);
}
