using System.Net;
using System.Net.Sockets;

namespace CloudOptimizedDicom;

/// <summary>Which addresses anybody on the internet may have; the others are those of this machine and of networks around it.</summary>
internal static class NetworkAddress
{
    private static readonly IPNetwork[] Inner =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/96"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/9"), IPNetwork.Parse("ff00::/8"), IPNetwork.Parse("2001::/32"),
    ];

    /// <summary>Prefixes of IPv6 addresses that carry one of IPv4, and where in them it stands: NAT64 and 6to4.</summary>
    private static readonly (IPNetwork Network, int Offset)[] Carriers =
        [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>Whether an address is neither of this machine nor private, link-local, multicast or reserved (RFC 6890).</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            foreach ((IPNetwork network, int offset) in Carriers)
            {
                if (network.Contains(address))
                {
                    return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(offset, 4)));
                }
            }
        }

        return !Array.Exists(Inner, network => network.Contains(address));
    }
}
