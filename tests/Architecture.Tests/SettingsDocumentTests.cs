using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>What can be set of agents stands in their document.</summary>
public sealed partial class SettingsDocumentTests
{
    [Theory]
    [InlineData("src/Agents/AgentsOptions.cs", "| `{0}` |")]
    [InlineData("src/Agents/Tools/ToolsOptions.cs", "| `{0}` |")]
    [InlineData("src/Agents/Tools/Mcp/McpServerOptions.cs", "`{0}`")]
    [InlineData("src/Agents/Tools/OpenApi/ApiOptions.cs", "`{0}`")]
    public void Every_setting_is_told(string options, string told)
    {
        var names = Property().Matches(Repository.Read(options)).Select(match => match.Groups["name"].Value).ToList();
        Assert.NotEmpty(names);
        var document = Repository.Read("docs/settings.md");
        Assert.All(names, name => Assert.Contains(string.Format(null, told, name), document, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^    public [\w<>\[\], ?]+ (?<name>\w+) \{ get;", RegexOptions.Multiline)]
    private static partial Regex Property();
}
