using System.Net;

namespace CloudOptimizedDicom;

/// <summary>How instances are fetched from web servers.</summary>
internal sealed record WebSourceOptions
{
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public bool AllowCrossHostRedirects { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Finds the addresses of a host.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = static (host, token) => Dns.GetHostAddressesAsync(host, token);

    /// <summary>Whether an address is one of the internet.</summary>
    public Func<IPAddress, bool> IsPublic { get; init; } = NetworkAddress.IsPublic;
}
