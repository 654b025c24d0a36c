using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.Agents.Tools.Outbound;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>An operation of an imported API. What it answers is untrusted.</summary>
internal sealed class ApiTool : AgentTool
{
    private const int MaxOwnName = 60, MaxDescription = 600, MaxAnswerBytes = 1024 * 1024;

    private readonly ApiOptions api;
    private readonly ApiOperation operation;
    private readonly OutboundHttp http;

    private ApiTool(string name, ApiOptions api, ApiOperation operation, OutboundHttp http)
    {
        (Name, this.api, this.operation, this.http) = (name, api, operation, http);
        var words = UntrustedText.ForPrompt(operation.Description).ReplaceLineEndings(" ").Trim();
        Description = ShortText.Of(words, MaxDescription);
    }

    public override string Name { get; }

    public override string Description { get; }

    public override JsonElement Parameters => operation.Parameters;

    public override ToolEffects Effects => ToolEffects.Network | ToolEffects.Reads | (operation.Method == HttpMethod.Get ? ToolEffects.None : ToolEffects.Writes);

    public override string Origin => api.Name;

    public override string OwnName => ShortText.Of(UntrustedText.Visible(operation.Id), MaxOwnName);

    public override ToolGroup Group => ToolGroup.Api;

    public override TimeSpan Timeout => api.Timeout;

    /// <summary>Null when its name is too long.</summary>
    public static ApiTool? Of(ApiOptions api, ApiOperation operation, OutboundHttp http)
    {
        var name = ToolNames.PrefixOf(api.Name) + operation.ToolName;
        return name.Length <= 64 ? new(name, api, operation, http) : null;
    }

    /// <summary>An operation's part of its tool's name.</summary>
    public static string NameOf(string operationId) => string.Concat(operationId.ToLowerInvariant().Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '_'));

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        try
        {
            using HttpRequestMessage request = new(operation.Method, Address(arguments));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (arguments.TryGetProperty("body", out var body) && operation.Places.GetValueOrDefault("body") == "body")
                request.Content = Content(body);
            foreach (var (name, value) in api.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await http.SendAsync(request, cancellation);
            var text = UntrustedText.Visible(Encoding.UTF8.GetString(await OutboundHttp.ReadAsync(response, MaxAnswerBytes, cancellation)));
            return response.IsSuccessStatusCode
                ? ToolOutcome.Of(text.Length == 0 ? texts.ApiDone : text, Data(text))
                : ToolOutcome.Failed(texts.ApiStatus(api.Name, (int)response.StatusCode, ShortText.Of(text, 1000)), ToolFailure.ErrorStatus);
        }
        catch (RefusedAddressException refused)
        {
            return ToolOutcome.Failed(refused.IsInside ? texts.ApiInside(refused.Says(texts), api.Name) : refused.Says(texts), ToolFailure.AddressRefused);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return ToolOutcome.Failed(texts.ApiNotReached(api.Name) + (Effects.HasFlag(ToolEffects.Writes) ? $" {PromptWords.In(scope.Language).UnknownOutcome}" : ""), ToolFailure.NotReached);
        }
    }

    private HttpContent Content(JsonElement body)
    {
        if (operation.BodyType != ApiOperation.Form)
            return new StringContent(body.GetRawText(), Encoding.UTF8, MediaTypeHeaderValue.Parse(operation.BodyType).MediaType!);
        IEnumerable<JsonProperty> fields = body.ValueKind == JsonValueKind.Object ? body.EnumerateObject() : [];
        return new FormUrlEncodedContent(fields.SelectMany(field => Values(field.Value).Select(value => KeyValuePair.Create(field.Name, value))));
    }

    /// <summary>The endpoint with its path and query filled in; no argument leads out of the path or to another host.</summary>
    private Uri Address(JsonElement arguments)
    {
        var path = operation.Path;
        List<string> query = [];
        foreach (var argument in arguments.EnumerateObject())
        {
            switch (operation.Places.GetValueOrDefault(argument.Name))
            {
                case "path":
                    var segment = Value(argument.Value);
                    if (segment.Length == 0 || segment.All(c => c == '.'))
                        throw new RefusedAddressException(texts => texts.NoPartOfPath(argument.Name, segment));
                    path = path.Replace("{" + argument.Name + "}", Uri.EscapeDataString(segment), StringComparison.Ordinal);
                    break;
                case "query":
                    query.AddRange(Values(argument.Value).Select(value => $"{Uri.EscapeDataString(argument.Name)}={Uri.EscapeDataString(value)}"));
                    break;
            }
        }
        Uri address = new(api.Endpoint!.GetLeftPart(UriPartial.Path).TrimEnd('/') + (path.StartsWith('/') ? path : "/" + path) + (query.Count == 0 ? "" : "?" + string.Join('&', query)));
        return address.Authority == api.Endpoint.Authority && address.Scheme == api.Endpoint.Scheme ? address : throw new RefusedAddressException(texts => texts.OtherHost);
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(Value) : [Value(value)];

    private static string Value(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static JsonElement? Data(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null; // it need not be JSON
        }
    }
}
