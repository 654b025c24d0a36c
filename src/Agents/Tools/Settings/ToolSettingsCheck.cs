using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Agents.Definitions;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.Outbound;

namespace Platform.Agents.Tools.Settings;

/// <summary>Says what administrators may set on the pages.</summary>
internal static partial class ToolSettingsCheck
{
    public const int MaxHosts = 1000, MaxEach = 50;

    /// <summary>Longest OpenAPI document, UTF-16 characters.</summary>
    public const int MaxDocument = 1024 * 1024;

    /// <summary>Throws ToolSettingsException with the first fault.</summary>
    /// <param name="configured">Whose names are taken.</param>
    /// <param name="stored">What stands there already, and stays as it is, may have been taken by an earlier program that allowed more: it keeps nothing else from being set.</param>
    public static void Require(ToolSettings settings, ToolsOptions configured, ToolSettings stored)
    {
        if (settings.FetchHosts.Count > MaxHosts || settings.McpServers.Count > MaxEach || settings.Apis.Count > MaxEach)
            throw new ToolSettingsException(ToolSettingsFault.TooMany, "", $"At most {MaxHosts:N0} hosts, {MaxEach} MCP servers and {MaxEach} APIs are taken.");
        if (settings.FetchHosts.Except(stored.FetchHosts).Select(Fault).FirstOrDefault(fault => fault is not null) is { } wrong)
            throw wrong;
        foreach (var server in settings.McpServers.Where(server => !stored.McpServers.Any(old => AreSame(old, server))))
            Require(server, configured);
        foreach (var api in settings.Apis.Where(api => !stored.Apis.Any(old => AreSame(old, api))))
            Require(api);
        var names = settings.McpServers.Select(s => s.Name).Concat(settings.Apis.Select(a => a.Name)).Concat(configured.McpServers.Select(s => s.Name)).Concat(configured.Apis.Select(a => a.Name));
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ToolSettingsException(ToolSettingsFault.NameTaken, twice.Key, $"Two MCP servers or APIs are named '{twice.Key}'; each needs its own name.");
    }

    /// <summary>Why a host is not taken; null where it is.</summary>
    public static ToolSettingsException? Fault(string host) =>
        !Host().IsMatch(host) || (host.LastIndexOf(':') is var colon and > 0 && int.Parse(host.AsSpan(colon + 1), CultureInfo.InvariantCulture) is 0 or > 65_535)
            ? new(ToolSettingsFault.Host, host, $"'{Findings.Short(host)}' is no host. Write example.org, *.example.org or example.org:8443, without http:// and without a path; a * stands before a whole domain (not *.com).")
        : IsInside(host) ? new(ToolSettingsFault.HostInside, host, $"'{Findings.Short(host)}' is this machine or an address of its network. Fetching reaches public addresses only, whatever is listed.")
        : null;

    public static void Require(McpServerOptions server, ToolsOptions configured)
    {
        Named(server.Name, server.Timeout, TimeSpan.FromHours(1));
        if (server.Command.Trim().Length > 0 == server.Endpoint is not null)
            throw new ToolSettingsException(ToolSettingsFault.Transport, server.Name, $"The MCP server '{server.Name}' must have a command or an address, and not both.");
        if (server.Endpoint is { } endpoint)
            Reachable(endpoint);
        else if (!configured.CommandsInBrowser)
            throw new ToolSettingsException(ToolSettingsFault.Commands, server.Name, "Programs to start are set in the configuration only (Agents:Tools:CommandsInBrowser is false).");
        Validator.ValidateObject(server, new ValidationContext(server), validateAllProperties: true); // what is left
    }

    public static void Require(ApiOptions api)
    {
        Named(api.Name, api.Timeout, TimeSpan.FromMinutes(10));
        Reachable(api.Endpoint);
        if (api.Content.Length is 0 or > MaxDocument)
            throw new ToolSettingsException(ToolSettingsFault.Document, api.Name, $"The OpenAPI document of '{api.Name}' has 1 to {MaxDocument:N0} characters; this has {api.Content.Length:N0}.");
        try
        {
            var document = ApiDocument.Parse(api.Content);
            if (document.ValueKind != JsonValueKind.Object)
                throw new JsonException("it is no object."); // any line of text is YAML
            if (document.TryGetProperty("swagger", out _))
                throw new ToolSettingsException(ToolSettingsFault.Document, api.Name, $"The document of '{api.Name}' is of Swagger, the format before OpenAPI 3. Convert it, or take the API's newer document.");
            if (ApiOperation.Of(document).Operations.Count == 0)
                throw new ToolSettingsException(ToolSettingsFault.Operations, api.Name, $"The OpenAPI document of '{api.Name}' has no operation that can be used.");
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            throw new ToolSettingsException(ToolSettingsFault.Document, api.Name, $"The document of '{api.Name}' is no OpenAPI document in JSON or YAML: {unread.Message}");
        }
        Validator.ValidateObject(api, new ValidationContext(api), validateAllProperties: true);
    }

    private static bool AreSame<T>(T one, T other) => JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);

    private static void Named(string name, TimeSpan timeout, TimeSpan longest)
    {
        if (!Name().IsMatch(name))
            throw new ToolSettingsException(ToolSettingsFault.Name, name, $"'{name}' is no name: a small letter, then small letters and digits, at most 24.");
        if (timeout < TimeSpan.FromSeconds(1) || timeout > longest)
            throw new ToolSettingsException(ToolSettingsFault.Timeout, $"{timeout.TotalSeconds:0}", $"The time of '{name}' is {timeout.TotalSeconds:0} seconds; 1 to {longest.TotalSeconds:0} are taken.");
    }

    /// <summary>ToolSettingsException for what is no http or https address.</summary>
    public static void Reachable(Uri? address)
    {
        if (address is not { IsAbsoluteUri: true } || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ToolSettingsException(ToolSettingsFault.Address, address?.OriginalString ?? "", $"'{address?.OriginalString}' is no address; it must begin with http:// or https://.");
    }

    /// <summary>Whether a host can be seen, without asking a name server, to be one that fetching never reaches.</summary>
    private static bool IsInside(string host)
    {
        if (!Uri.TryCreate("http://" + host.Replace("*.", "", StringComparison.Ordinal), UriKind.Absolute, out var address))
            return false;
        var name = address.IdnHost;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var literal) && RefusedNetworks.All.Refuse(literal, address.Port));
    }

    [GeneratedRegex("^[a-z][a-z0-9]{0,23}$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?=.{1,253}$)(\*\.(?=[^:]*\.))?([\p{L}\p{Nd}]([\p{L}\p{Nd}-]{0,61}[\p{L}\p{Nd}])?\.)*[\p{L}\p{Nd}]([\p{L}\p{Nd}-]{0,61}[\p{L}\p{Nd}])?(:[0-9]{1,5})?$")]
    private static partial Regex Host();
}
