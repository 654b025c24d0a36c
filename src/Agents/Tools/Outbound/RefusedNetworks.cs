using System.Net;
using System.Net.Sockets;

namespace Platform.Agents.Tools.Outbound;

/// <summary>Addresses that no tool may reach: this machine, its neighbours, and the services that clouds put there. An address that carries another inside is judged by that one too.</summary>
internal sealed class RefusedNetworks
{
    private static readonly string[] NotPublic =
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ];

    private readonly IReadOnlyList<IPNetwork> networks;
    private readonly HashSet<IPEndPoint> except;

    private RefusedNetworks(IReadOnlyList<IPNetwork> networks, HashSet<IPEndPoint> except) => (this.networks, this.except) = (networks, except);

    /// <summary>All that is not a public address of the Internet.</summary>
    public static RefusedNetworks All { get; } = new([.. NotPublic.Select(network => IPNetwork.Parse(network))], []);

    /// <summary>Nothing is refused: for an endpoint that an administrator has put inside the network, and for no address that a model chose.</summary>
    public static RefusedNetworks None { get; } = new([], []);

    /// <summary>The same, but for exactly these addresses and ports.</summary>
    public RefusedNetworks Except(params IEnumerable<IPEndPoint> endpoints) => new(networks, [.. except, .. endpoints]);

    public bool Refuse(IPAddress address, int port)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6 && plain.ScopeId != 0)
            plain = new IPAddress(plain.GetAddressBytes());
        if (except.Contains(new IPEndPoint(plain, port)))
            return false;
        return networks.Any(network => network.Contains(plain)) || Carried(plain) is { } inner && networks.Any(network => network.Contains(inner));
    }

    /// <summary>The IPv4 address inside an IPv6 one: IPv4-compatible, translated (NAT64) or 6to4.</summary>
    private static IPAddress? Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;
        var bytes = address.GetAddressBytes();
        if (bytes is [0x20, 0x02, ..])
            return new IPAddress(bytes.AsSpan(2, 4));
        var isCompatible = bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0;
        var isTranslated = bytes is [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..];
        return isCompatible || isTranslated ? new IPAddress(bytes.AsSpan(12, 4)) : null;
    }
}
