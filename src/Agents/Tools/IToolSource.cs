namespace Platform.Agents.Tools;

/// <summary>Tools that are known only while the program runs: those of MCP servers and of imported APIs.</summary>
public interface IToolSource
{
    /// <summary>The tools that can be called now. One that cannot be reached has none; it never throws for that.</summary>
    Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation);

    /// <summary>The tool of that name, or null where it has none, without asking what cannot have it.</summary>
    async Task<AgentTool?> FindAsync(string name, CancellationToken cancellation) => (await ListAsync(cancellation)).FirstOrDefault(tool => tool.Name == name);
}
