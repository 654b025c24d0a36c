using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Outbound;

/// <summary>The hosts that an administrator allows: "example.org", "*.example.org" for every name under it, "example.org:8443" for a port that is not the usual one.</summary>
internal sealed class AllowedHosts(IReadOnlyList<string> hosts)
{
    /// <summary>Null when the address may be asked for, else a sentence that says why not and how it is allowed.</summary>
    /// <param name="setting">The setting that lists the hosts.</param>
    public string? Fault(Uri address, string setting)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            return $"\"{ShortText.Of(address.OriginalString, 100)}\" is no http or https address.";
        if (address.UserInfo.Length > 0)
            return "The address holds a user name or password; those are not sent.";
        if (hosts.Any(host => Matches(host, address)))
            return null;
        var now = hosts.Count == 0 ? "none" : string.Join(", ", hosts.Take(10));
        return $"\"{ShortText.Of(address.Authority, 100)}\" is not among the hosts that may be asked. An administrator allows it with {setting} (now: {now}).";
    }

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
