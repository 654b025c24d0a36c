using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Outbound;

/// <summary>The hosts that an administrator allows: "example.org", "*.example.org" for every name under it, "example.org:8443" for a port that is not the usual one.</summary>
internal sealed class AllowedHosts(IReadOnlyList<string> hosts)
{
    /// <summary>Null when the address may be asked for, else why not.</summary>
    public RefusedAddressException? Fault(Uri address) =>
        address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps ? new(texts => texts.NotHttp(ShortText.Of(address.OriginalString, 100)))
        : address.UserInfo.Length > 0 ? new(texts => texts.HoldsUser)
        : hosts.Any(host => Matches(host, address)) ? null
        : new(texts => texts.HostNotAllowed(ShortText.Of(address.Authority, 100)), failure: ToolFailure.HostNotAllowed);

    private static bool Matches(string host, Uri address)
    {
        var (name, port) = host.LastIndexOf(':') is var colon and > 0 && host.IndexOf(']', colon) < 0 && int.TryParse(host.AsSpan(colon + 1), out var given) ? (host[..colon], given) : (host, 0);
        if (port == 0 ? !address.IsDefaultPort : address.Port != port)
            return false;
        var asked = address.IdnHost.TrimEnd('.');
        return name.StartsWith("*.", StringComparison.Ordinal)
            ? asked.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase) && asked.Length > name.Length - 1
            : string.Equals(asked, name.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
    }
}
