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

    /// <summary>The tools of a document that an API offers, and what of it is none.</summary>
    public static (IReadOnlyList<AgentTool> Tools, LeftOutTools LeftOut) ToolsOf(ApiOptions api, JsonElement document, OutboundHttp http)
    {
        var (operations, leftOut) = ApiOperation.Of(document, api.Headers.Keys);
        List<AgentTool> tools = [];
        foreach (var operation in operations.Where(operation => IsWanted(operation.Id)))
        {
            if (ApiTool.Of(api, operation, http) is { } tool)
                tools.Add(tool);
            else
                leftOut.Add(operation.Id, LeftOutBecause.Name);
        }
        return (tools, leftOut);

        bool IsWanted(string id) => api.Operations.Length == 0 || api.Operations.Contains(id);
    }

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
            var document = ApiDocument.Parse(api.Content.Length > 0 ? api.Content : await File.ReadAllTextAsync(api.Document, cancellation));
            return ToolsOf(api, document, api.Private ? inside : http).Tools;
        }
        catch (Exception failure) when (failure is not OperationCanceledException) // a stranger's document takes no other tool with it
        {
            LogUnreadable(failure, api.Document, api.Name);
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The OpenAPI document {Document} of {Api} cannot be read; its tools are left out.")]
    private partial void LogUnreadable(Exception failure, string document, string api);
}
