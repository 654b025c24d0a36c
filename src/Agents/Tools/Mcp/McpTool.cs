using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;

namespace Platform.Agents.Tools.Mcp;

/// <summary>A tool of an MCP server. Its description, its schema and what it returns are written by strangers: untrusted.</summary>
internal sealed class McpTool : AgentTool
{
    private const int MaxOwnName = 60, MaxDescription = 600, MaxSchema = 16_384;

    private readonly McpServer server;
    private readonly string own;
    private readonly bool isTask;

    private McpTool(McpServer server, string name, Tool tool, bool isTask)
    {
        (this.server, own, this.isTask, Name, Parameters) = (server, tool.Name, isTask, name, tool.InputSchema);
        var words = UntrustedText.ForPrompt(tool.Description ?? tool.Title ?? tool.Name).ReplaceLineEndings(" ").Trim();
        Description = ShortText.Of(words, MaxDescription);
        (OwnName, Title) = (Said(tool.Name), tool.Title is { } title && Said(title) is var said && said != Said(tool.Name) ? said : "");
        // Wherever the server is, what is behind it is not ours to know.
        Effects = ToolEffects.Network | (tool.Annotations?.ReadOnlyHint == true ? ToolEffects.Reads : ToolEffects.Reads | ToolEffects.Writes);
    }

    public override string Name { get; }

    public override string Description { get; }

    public override JsonElement Parameters { get; }

    public override ToolEffects Effects { get; }

    public override string Origin => server.Name;

    public override string OwnName { get; }

    public override string Title { get; }

    public override ToolGroup Group => ToolGroup.McpServer;

    public override TimeSpan Timeout => server.Timeout;

    /// <summary>Whether a tool of that name would be the server's.</summary>
    public static bool IsOf(McpServer server, string name) => name.StartsWith(ToolNames.PrefixOf(server.Name), StringComparison.Ordinal);

    /// <summary>The tool, or why it is none here.</summary>
    /// <param name="isTask">Whether the server makes its calls as tasks only.</param>
    public static (McpTool? Tool, LeftOutBecause? Because) Of(McpServer server, Tool tool, bool isTask = false)
    {
        StringBuilder name = new(ToolNames.PrefixOf(server.Name));
        var prefix = name.Length;
        foreach (var c in tool.Name.ToLowerInvariant())
            name.Append(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '_');
        return name.Length == prefix || name.Length > 64 ? (null, LeftOutBecause.Name)
            : tool.InputSchema.GetRawText().Length > MaxSchema ? (null, LeftOutBecause.Schema)
            : (new(server, name.ToString(), tool, isTask), null);
    }

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        var made = await server.CallAsync(own, arguments, isTask, cancellation);
        if (made.Result is not { } result)
            return ToolOutcome.Failed(made.Fault?.Invoke(texts) + (Effects.HasFlag(ToolEffects.Writes) && !made.Unsent ? $" {PromptWords.In(scope.Language).UnknownOutcome}" : ""), made.Failure);
        StringBuilder text = new();
        foreach (var block in result.Content)
            text.Append(Shown(block, texts)).Append('\n');
        if (text.Length == 0 && result.StructuredContent is { } data)
            text.Append(data.GetRawText()); // a model sees no data
        return new(UntrustedText.Visible(text.ToString().TrimEnd()), result.StructuredContent, [], result.IsError == true) { Failure = result.IsError == true ? ToolFailure.ToolFault : null };
    }

    private static string Said(string words) => ShortText.Of(UntrustedText.Visible(words).ReplaceLineEndings(" ").Trim(), MaxOwnName);

    private static string Shown(ContentBlock block, ToolTexts texts) => block switch
    {
        TextContentBlock text => text.Text,
        EmbeddedResourceBlock { Resource: TextResourceContents resource } => resource.Text,
        ResourceLinkBlock link => $"{link.Name}: {link.Uri}",
        ImageContentBlock image => texts.PictureLeftOut(image.MimeType),
        AudioContentBlock audio => texts.SoundLeftOut(audio.MimeType),
        _ => texts.OtherLeftOut,
    };
}
