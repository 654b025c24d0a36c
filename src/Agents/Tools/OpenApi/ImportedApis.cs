using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Agents.Tools.Outbound;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>The tools of all APIs that an administrator has imported; the documents are read once, when they are first asked for.</summary>
internal sealed partial class ImportedApis(IOptions<ToolsOptions> options, OutboundHttp http, ILogger<ImportedApis> log) : IToolSource, IDisposable
{
    private const long MaxDocumentBytes = 8 * 1024 * 1024;

    private readonly OutboundHttp inside = new(RefusedNetworks.None);
    private readonly SemaphoreSlim gate = new(1);
    private IReadOnlyList<AgentTool>? tools;

    public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
    {
        if (tools is { } read)
            return read;
        await gate.WaitAsync(cancellation);
        try
        {
            return tools ??= [.. (await Task.WhenAll(options.Value.Apis.Select(api => ReadAsync(api, cancellation)))).SelectMany(found => found)];
        }
        finally
        {
            gate.Release();
        }
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
            if (new FileInfo(api.Document).Length > MaxDocumentBytes)
                throw new JsonException($"It is larger than {MaxDocumentBytes} bytes.");
            var document = JsonElement.Parse(await File.ReadAllBytesAsync(api.Document, cancellation));
            return [.. ApiOperation.Of(document).Where(operation => api.Operations.Length == 0 || api.Operations.Contains(operation.Id))
                .Select(operation => ApiTool.Of(api, operation, api.Private ? inside : http)).OfType<ApiTool>()];
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
