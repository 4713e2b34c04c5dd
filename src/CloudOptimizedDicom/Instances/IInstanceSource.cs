namespace CloudOptimizedDicom;

/// <summary>Where the bytes of an instance come from.</summary>
internal interface IInstanceSource
{
    /// <summary>The URI, for messages.</summary>
    string Uri { get; }

    /// <summary>Whether the bytes are on another machine.</summary>
    bool IsRemote { get; }

    /// <summary>Opens the bytes at their beginning. The stream knows its length.</summary>
    /// <exception cref="IOException">The source cannot be read.</exception>
    Task<Stream> OpenAsync(CancellationToken cancellationToken);
}
