using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Settings;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>The tools of all APIs that are set now; the documents are read when they are first asked for, and again when something was set anew.</summary>
internal sealed partial class ImportedApis(ToolSettingsBook settings, OutboundHttp http, ILogger<ImportedApis> log) : IToolSource, IDisposable
{
    private const long MaxDocumentBytes = 8 * 1024 * 1024;

    private readonly OutboundHttp inside = new(RefusedNetworks.None);
    private readonly SemaphoreSlim gate = new(1);
    private (int Revision, IReadOnlyList<AgentTool> Tools)? read;

    public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
    {
        var now = await settings.CurrentAsync(cancellation);
        if (read is { } known && known.Revision == now.Revision)
            return known.Tools;
        await gate.WaitAsync(cancellation);
        try
        {
            if (read is not { } newer || newer.Revision != now.Revision)
                read = (now.Revision, [.. (await Task.WhenAll(now.Apis.Select(api => ReadAsync(api, cancellation)))).SelectMany(found => found)]);
            return read.Value.Tools;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The tools of a document that an API offers.</summary>
    public static IEnumerable<AgentTool> ToolsOf(ApiOptions api, JsonElement document, OutboundHttp http) =>
        ApiOperation.Of(document).Where(operation => api.Operations.Length == 0 || api.Operations.Contains(operation.Id)).Select(operation => ApiTool.Of(api, operation, http)).OfType<ApiTool>();

    public void Dispose()
    {
        inside.Dispose();
        gate.Dispose();
    }

    private async Task<IReadOnlyList<AgentTool>> ReadAsync(ApiOptions api, CancellationToken cancellation)
    {
        try
        {
            if (api.Content.Length == 0 && new FileInfo(api.Document).Length > MaxDocumentBytes)
                throw new JsonException($"It is larger than {MaxDocumentBytes} bytes.");
            var document = api.Content.Length > 0 ? JsonElement.Parse(api.Content) : JsonElement.Parse(await File.ReadAllBytesAsync(api.Document, cancellation));
            return [.. ToolsOf(api, document, api.Private ? inside : http)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            LogUnreadable(failure, api.Document, api.Name);
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The OpenAPI document {Document} of {Api} cannot be read; its tools are left out.")]
    private partial void LogUnreadable(Exception failure, string document, string api);
}
