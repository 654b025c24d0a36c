using Platform.Agents.Definitions;

namespace Platform.Web.Features.Agents;

/// <summary>What a new agent begins with: it searches documents and calculates, and changes nothing.</summary>
public static class FirstDefinition
{
    public static AgentDefinition Of(string name, string slug) => new()
    {
        Name = name, Slug = slug,
        Tools = [new("search_documents", ToolPolicy.Always), new("read_passage", ToolPolicy.Always), new("calculator", ToolPolicy.Always)],
    };
}
