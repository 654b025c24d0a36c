using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;

namespace Platform.Agents.Planning;

/// <summary>What came of asking the model for a plan: its steps, or what it must know first; neither where it made none that can be carried out.</summary>
internal readonly record struct PlanMade(IReadOnlyList<PlanStep>? Steps, ClarifyingQuestion? Question = null);

/// <summary>Has the model make a plan, as JSON of a schema that the engine keeps it to.</summary>
internal sealed class Planner(AgentDecision decision)
{
    /// <summary>Without steps where the model made none that can be carried out, told once what is wrong, or a limit was reached: then the run goes on without a plan.</summary>
    /// <param name="work">What is sent comes after all that is known.</param>
    /// <param name="kept">Steps that are done, under whose ids none may be made again.</param>
    /// <param name="mayAsk">Whether it may ask the person something instead.</param>
    public async Task<PlanMade> MakeAsync(AgentWork work, IReadOnlyList<PlanStep> kept, string reason, bool mayAsk, CancellationToken cancellation)
    {
        var words = work.Words;
        var sections = new PromptSections(work.Definition.Prompting.Sections).Add("tools", words.Tools, string.Join('\n', work.Kit.Tools.Select(tool => ToolLine.Of(tool, work.Kit.Tools.Count, words))));
        if (kept.Count > 0 || reason.Length > 0)
            sections.Add("so_far", words.SoFar, $"{UntrustedText.ToolOutput("plan", reason, [], isError: true)}\n{words.PlanWhatIsLeft(string.Join(", ", kept.Select(step => $"{step.Id} ({UntrustedText.ForPrompt(step.Goal)})")))}");
        for (var attempt = 0; attempt < 2 && work.Limit.Reached is null; attempt++)
        {
            var options = work.Options.Clone();
            options.MaxOutputTokens = Math.Min(work.Definition.Model.MaxTokens, work.Limit.ToWriteBefore());
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema([.. work.Kit.Tools.Select(tool => tool.Name)], mayAsk), "plan");
            ModelQuestion question = new(StepKind.Plan, "", work.Prompt.After(work.Journal.Past, $"{words.MakePlan}{(mayAsk ? words.MayAsk : "")}\n{sections}"), options, work.Kit) { ShowsAnswer = false };
            var step = await decision.TakeAsync(question, work.Journal, null, cancellation);
            if (mayAsk && QuestionIn(step.Text) is { } unclear)
                return new(null, unclear);
            var (steps, fault) = Read(step.Text, kept, work.Journal.Past.PlanStepIds, work.Kit, words);
            if (fault is null)
                return new(steps);
            work.Journal.Add("step.failed", new StepFailedData(step.StepId, StepKind.Plan, fault));
            sections.Add("last_plan", words.LastPlan, UntrustedText.ForPrompt(fault));
        }
        return default;
    }

    /// <summary>What it asks for in the place of a plan; null where it made one.</summary>
    private static ClarifyingQuestion? QuestionIn(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Written>(json, RunJson.Options) is { Question: { } text, Steps: null or { Count: 0 } } written && Shown(text, Clarification.MaxQuestion) is { Length: > 0 } question
                ? new(question, [.. (written.Choices ?? []).OfType<string>().Select(choice => Shown(choice, Clarification.MaxChoice)).Where(choice => choice.Length > 0).Distinct().Take(Clarification.MaxChoices)])
                : null;
        }
        catch (JsonException)
        {
            return null; // it is read as a plan, which says what is wrong with it
        }
    }

    private static string Shown(string text, int most)
    {
        var line = UntrustedText.Visible(text).ReplaceLineEndings(" ").Trim();
        return ShortText.Cut(line, most);
    }

    private static (IReadOnlyList<PlanStep> Steps, string? Fault) Read(string json, IReadOnlyList<PlanStep> kept, IReadOnlySet<string> used, ToolKit kit, PromptWords words)
    {
        try
        {
            var written = (JsonSerializer.Deserialize<Written>(json, Strict)?.Steps ?? []).Where(step => step is { Id: not null }).ToList();
            if (written.Select(step => step.Id).Distinct().Count() < written.Count)
                return ([], words.SameIds);

            // Under an id that no step of the run had: what has begun is told from what is new by it.
            var free = Enumerable.Range(1, int.MaxValue).Select(i => $"p{i}").Where(id => !used.Contains(id)).Take(written.Count);
            var ids = written.Zip(free).ToDictionary(pair => pair.First.Id, pair => pair.Second);
            PlanStep[] steps =
            [
                .. kept,
                .. written.Select(step => new PlanStep(ids[step.Id], step.Goal, step.Tool ?? "", step.Inputs, [.. (step.DependsOn ?? []).Select(id => id is null ? "" : ids.GetValueOrDefault(id, id))], step.DoneWhen ?? "")),
            ];
            return (steps, PlanCheck.Fault(steps, name => kit.Find(name) is not null, words)?.Message);
        }
        catch (JsonException ex)
        {
            return ([], words.PlanIsNoJson(ex));
        }
    }

    internal static JsonElement Schema(IReadOnlyList<string> tools, bool mayAsk)
    {
        var question = !mayAsk ? "" : $$"""
            "question": {"type": "string", "maxLength": {{Clarification.MaxQuestion}}}, "choices": {"type": "array", "maxItems": {{Clarification.MaxChoices}}, "items": {"type": "string", "maxLength": {{Clarification.MaxChoice}} } },
            """;
        using var schema = JsonDocument.Parse(
            $$"""
            {"type": "object", "additionalProperties": false, "required": [{{(mayAsk ? "\"question\", \"choices\", " : "")}}"steps"], "properties": { {{question}} "steps": {"type": "array", "minItems": {{(mayAsk ? 0 : 1)}}, "maxItems": {{PlanCheck.MaxSteps}}, "items": {
                "type": "object", "additionalProperties": false, "required": ["id", "goal", "tool", "inputs", "depends_on", "done_when"], "properties": {
                    "id": {"type": "string", "maxLength": 8},
                    "goal": {"type": "string", "maxLength": 200},
                    "tool": {"enum": {{JsonSerializer.Serialize<string[]>([.. tools, ""])}} },
                    "inputs": {"type": ["object", "null"]},
                    "depends_on": {"type": "array", "maxItems": 4, "items": {"type": "string", "maxLength": 8} },
                    "done_when": {"type": "string", "maxLength": 200} } } } } }
            """);
        return schema.RootElement.Clone();
    }

    /// <summary>Inputs may be any object: a name that is there twice makes no call.</summary>
    private static readonly JsonSerializerOptions Strict = new(RunJson.Options) { AllowDuplicateProperties = false };

    private sealed record Written(IReadOnlyList<WrittenStep>? Steps, string? Question = null, IReadOnlyList<string?>? Choices = null);

    private sealed record WrittenStep(
        string Id, string Goal, string? Tool, JsonElement? Inputs, [property: JsonPropertyName("depends_on")] IReadOnlyList<string?>? DependsOn, [property: JsonPropertyName("done_when")] string? DoneWhen);
}
