using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Agents.Tools.OpenApi.Yaml;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Settings;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>An OpenAPI document as a text, JSON or YAML. Untrusted.</summary>
internal static class ApiDocument
{
    private const int MaxBytes = 4 * ToolSettingsCheck.MaxDocument, MaxRedirects = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>A name that is there twice: which of the two is meant is not known.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>JsonException where it is neither; its message names the line.</summary>
    public static JsonElement Parse(string text)
    {
        if (text.AsSpan().TrimStart("\uFEFF \t\r\n") is ['{', ..])
            return JsonElement.Parse(text.TrimStart('\uFEFF'), Strict);
        try
        {
            return YamlDocument.Parse(text);
        }
        catch (YamlException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }

    /// <summary>Where a document says that its API is: the first of its servers, with the usual values of its variables; null where it names none, or no http or https address.</summary>
    /// <param name="from">The document's own address, which a server may be relative to; null where it is not known.</param>
    public static Uri? ServerOf(JsonElement document, Uri? from)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("servers", out var servers) || servers.ValueKind != JsonValueKind.Array || servers.GetArrayLength() == 0
            || servers[0] is not { ValueKind: JsonValueKind.Object } server || !server.TryGetProperty("url", out var named) || named.ValueKind != JsonValueKind.String)
            return null;
        var url = named.GetString()!;
        if (server.TryGetProperty("variables", out var variables) && variables.ValueKind == JsonValueKind.Object)
        {
            foreach (var variable in variables.EnumerateObject().Where(variable => variable.Value.ValueKind == JsonValueKind.Object))
                url = variable.Value.TryGetProperty("default", out var usual) && usual.ValueKind == JsonValueKind.String ? url.Replace($"{{{variable.Name}}}", usual.GetString(), StringComparison.Ordinal) : url;
        }
        var isAddress = from is null ? Uri.TryCreate(url, UriKind.Absolute, out var address) : Uri.TryCreate(from, url, out address);
        return isAddress && (address!.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && !url.Contains('{', StringComparison.Ordinal) ? address : null;
    }

    /// <summary>The text at an address. ToolSettingsException where it cannot be had; each redirect is judged like the first address.</summary>
    /// <param name="isPrivate">Whether the address may be on this machine or its network.</param>
    public static async Task<string> FetchAsync(Uri address, bool isPrivate, CancellationToken cancellation)
    {
        using OutboundHttp http = new(isPrivate ? RefusedNetworks.None : RefusedNetworks.All);
        using CancellationTokenSource limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Longest);
        try
        {
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                ToolSettingsCheck.Reachable(address);
                using HttpRequestMessage request = new(HttpMethod.Get, address);
                using var response = await http.SendAsync(request, limited.Token);
                if (response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest && response.Headers.Location is { } next)
                    address = new Uri(address, next);
                else
                    return response.IsSuccessStatusCode ? Encoding.UTF8.GetString(await OutboundHttp.ReadAsync(response, MaxBytes, limited.Token)) : throw Away(string.Create(CultureInfo.InvariantCulture, $"{address.Host}: {(int)response.StatusCode}"));
            }
            throw Away(address.Host);
        }
        catch (RefusedAddressException inside) when (inside.IsInside)
        {
            throw new ToolSettingsException(ToolSettingsFault.DocumentInside, address.Host, $"'{address.Host}' leads to this machine or its network. Say that it may be there, or give a public address.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or RefusedAddressException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Away(address.Host);
        }
    }

    private static ToolSettingsException Away(string where) => new(ToolSettingsFault.DocumentAway, where, $"The document could not be fetched ({where}).");
}
