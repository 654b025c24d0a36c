using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>What one event of a chat stream says, as updates.</summary>
internal static class ChatUpdates
{
    /// <param name="calls">Gathers the calls, which are told when they are whole.</param>
    public static IEnumerable<ChatResponseUpdate> Of(ChatChunkBody chunk, ToolCallFragments calls)
    {
        if (chunk.PromptProgress is { } prompt)
        {
            yield return With(chunk, new() { [ChatUpdateKeys.PromptProcessed] = prompt.Processed, [ChatUpdateKeys.PromptTotal] = prompt.Total });
        }

        foreach (var choice in chunk.Choices ?? [])
        {
            if (Contents(choice.Delta) is { Count: > 0 } contents)
            {
                yield return New(chunk, contents);
            }

            if (calls.Add(choice.Index, choice.Delta?.ToolCalls ?? []) is { } progress)
            {
                yield return With(chunk, new() { [ChatUpdateKeys.CallProgress] = progress });
            }

            if (choice.FinishReason is { } reason)
            {
                var end = New(chunk, [.. calls.Take(choice.Index)]);
                end.FinishReason = new ChatFinishReason(reason);
                yield return end;
            }
        }

        if (chunk.Usage is { } usage)
        {
            yield return New(chunk, [new UsageContent(new UsageDetails
            {
                InputTokenCount = usage.PromptTokens,
                OutputTokenCount = usage.CompletionTokens,
                TotalTokenCount = usage.TotalTokens,
                CachedInputTokenCount = usage.PromptTokensDetails?.CachedTokens,
                ReasoningTokenCount = usage.CompletionTokensDetails?.ReasoningTokens,
            })]);
        }

        if (chunk.Timings is { } timings)
        {
            yield return With(chunk, new() { [ChatUpdateKeys.Timings] = new ServedTimings(timings.PromptMs, timings.PromptPerSecond, timings.PredictedMs, timings.PredictedPerSecond) });
        }
    }

    private static List<AIContent> Contents(DeltaBody? delta)
    {
        var contents = new List<AIContent>();
        if (!string.IsNullOrEmpty(delta?.ReasoningContent))
        {
            contents.Add(new TextReasoningContent(delta.ReasoningContent));
        }

        if (!string.IsNullOrEmpty(delta?.Content))
        {
            contents.Add(new TextContent(delta.Content));
        }

        return contents;
    }

    private static ChatResponseUpdate With(ChatChunkBody chunk, AdditionalPropertiesDictionary properties)
    {
        var update = New(chunk, []);
        update.AdditionalProperties = properties;
        return update;
    }

    private static ChatResponseUpdate New(ChatChunkBody chunk, IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = chunk.Id,
        MessageId = chunk.Id,
        ModelId = chunk.Model,
        CreatedAt = chunk.Created is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
    };
}
