using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;

namespace Platform.Agents.Planning;

/// <summary>Asks the model whether what a step of a plan brought is what the step is to reach: one decision of two fields in a short prompt of its own, that a small model can take.</summary>
/// <remarks>What came back from tools is untrusted, and what the model says of it too: a step that is said to have missed is looked at again, or the plan made anew; nothing else follows from it.</remarks>
internal static class StepCheck
{
    private const int MostRead = 4_000, MostWhy = 200, MostTokens = 160;

    private static readonly JsonElement Schema = JsonElement.Parse($$"""
        {"type":"object","additionalProperties":false,"required":["met","why"],"properties":{"met":{"type":"boolean"},"why":{"type":"string","maxLength":{{MostWhy}} } } }
        """);

    /// <param name="decision">With calls that all have results.</param>
    public static ModelQuestion Of(PlanStep step, StepCompletedData decision, AgentPast past, AgentWork work)
    {
        var words = work.Words;
        var settings = work.Options.Clone();
        (settings.Temperature, settings.MaxOutputTokens, settings.ResponseFormat) = (0, Math.Max(1, Math.Min(MostTokens, work.Limit.TokensLeft)), ChatResponseFormat.ForJsonSchema(Schema, "verdict"));
        var each = MostRead / decision.Calls.Count;
        var results = decision.Calls.Select(call => past.Results[call.CallId]).Select(result => UntrustedText.ToolOutput(result.Tool, ShortText.Of(result.Text, each), [], result.IsError));
        var asked = new PromptSections(work.Definition.Prompting.Sections)
            .Add("goal", words.Goal, UntrustedText.ForPrompt(step.Goal)).Add("done_when", words.Criterion, UntrustedText.ForPrompt(step.DoneWhen)).Add("result", words.Result, string.Join('\n', results));
        return new(StepKind.Check, step.Goal, [new(ChatRole.System, words.JudgeStep), new(ChatRole.User, asked.ToString())], settings, work.Kit)
        {
            ShowsAnswer = false, PlanStep = step.Id, Judges = text => Read(decision.StepId, text),
        };
    }

    /// <summary>A verdict that cannot be read keeps no step from being done.</summary>
    private static StepVerdict Read(string decision, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Written>(json, RunJson.Options) is { Met: false } missed ? new(decision, Met: false, ShortText.Of((missed.Why ?? "").ReplaceLineEndings(" ").Trim(), MostWhy)) : new(decision, Met: true, "");
        }
        catch (JsonException)
        {
            return new(decision, Met: true, "");
        }
    }

    private sealed record Written(bool Met = true, string? Why = null);
}
