using Microsoft.Extensions.Localization;
using Platform.Agents.Testing;

namespace Platform.Web.Features.Agents.Suites;

/// <summary>What is expected, in the person's language.</summary>
public static class ExpectationWords
{
    public static string Of(TestExpectation expected, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"Expect_{expected.Kind}", expected.Text.Length > 0 ? expected.Text : texts[$"Tool_{expected.Tool}"] is { ResourceNotFound: false } tool ? tool.Value : expected.Tool, expected.Arguments?.GetRawText() ?? ""];
    }
}
