using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Runs;

namespace Platform.Agents.Acting;

/// <summary>How a run's model was asked so far, and which tools it was told of: an event tells only what is new in that, however many questions there are.</summary>
internal sealed class ToldBefore
{
    private readonly Dictionary<string, ToolOffer> tools = [];
    private string settings = "";

    public void Take(StepStartedData step)
    {
        settings = step.Settings is { } now ? RunJson.Write(now) : settings;
        foreach (var offer in step.Offered ?? [])
            tools[offer.Name] = offer;
    }

    /// <summary>The step with what is new in its settings and tools.</summary>
    public StepStartedData With(StepStartedData step, ChatOptions options)
    {
        var now = SettingsOf(options);
        ToolOffer[] offered = [.. (options.Tools ?? []).OfType<AIFunctionDeclaration>().Where(IsNew).Select(tool => new ToolOffer(tool.Name, tool.Description, tool.JsonSchema))];
        return step with { Settings = RunJson.Write(now) == settings ? null : now, Offered = offered.Length == 0 ? null : offered };
    }

    private bool IsNew(AIFunctionDeclaration tool) =>
        !tools.TryGetValue(tool.Name, out var before) || before.Description != tool.Description || !JsonElement.DeepEquals(before.Schema, tool.JsonSchema);

    private static ModelSettings SettingsOf(ChatOptions options) => new(
        options.ModelId, options.Temperature, options.TopP, options.MaxOutputTokens, options.Seed, options.StopSequences is { Count: > 0 } stop ? [.. stop] : null,
        options.Reasoning?.Effort?.ToString().ToLowerInvariant(), options.AdditionalProperties?.GetValueOrDefault("lora") is { } adapters ? JsonSerializer.SerializeToElement(adapters, RunJson.Options) : null,
        options.AllowMultipleToolCalls,
        options.ToolMode switch { RequiredChatToolMode { RequiredFunctionName: { } name } => name, RequiredChatToolMode => "required", NoneChatToolMode => "none", null => null, _ => "auto" },
        (options.ResponseFormat as ChatResponseFormatJson)?.Schema);
}
