using System.Security.Claims;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Mcp;

/// <summary>What a call came to.</summary>
/// <param name="Data">The same as data; null where there is none.</param>
internal sealed record ServedResult(string Text, object? Data = null, bool IsError = false)
{
    public CallToolResult Told => new()
    {
        Content = [new TextContentBlock { Text = Text }], StructuredContent = Data is null ? null : JsonSerializer.SerializeToElement(Data, RunJson.Options), IsError = IsError,
    };
}

/// <summary>Something that MCP clients can call here. Arguments are untrusted, and fit the schema when they arrive; the caller's rights decide in whatever is called.</summary>
/// <param name="Scope">The scope that a key needs.</param>
internal sealed record ServedTool(
    string Name, string Title, string Description, string Scope, JsonElement Schema, bool ReadsOnly, Func<ClaimsPrincipal, JsonElement, Action<string>, CancellationToken, Task<ServedResult>> CallAsync)
{
    public Tool Told => new()
    {
        Name = Name, Title = Title, Description = Description, InputSchema = Schema,
        Annotations = new ToolAnnotations { Title = Title, ReadOnlyHint = ReadsOnly, DestructiveHint = ReadsOnly ? false : null, OpenWorldHint = !ReadsOnly },
    };
}
