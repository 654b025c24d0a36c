using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Outbound;

/// <summary>The hosts that an administrator allows: "example.org", "*.example.org" for every name under it, "example.org:8443" for a port that is not the usual one.</summary>
internal sealed class AllowedHosts(IReadOnlyList<string> hosts)
{
    /// <summary>Null when the address may be asked for, else why not.</summary>
    public RefusedAddressException? Fault(Uri address) =>
        address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps ? new($"\"{ShortText.Of(address.OriginalString, 100)}\" is no http or https address.")
        : address.UserInfo.Length > 0 ? new("The address holds a user name or password; those are not sent.")
        : hosts.Any(host => Matches(host, address)) ? null
        : new($"\"{ShortText.Of(address.Authority, 100)}\" is not among the hosts that may be asked.", failure: ToolFailure.HostNotAllowed);

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
