using System.Text;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Answers;

/// <summary>What an answer took and what ran, in the words of the APIs.</summary>
internal static class AnswerUsage
{
    /// <summary>A prompt counts once, however many answers it had.</summary>
    public static Usage Of(IReadOnlyList<Ends> ends)
    {
        var answers = ends.Select(end => end.Finished.Usage).ToList();
        var prompts = ends.GroupBy(end => end.Prompt).Select(prompt => prompt.MinBy(end => end.Choice)!.Finished.Usage).ToList();
        var (prompt, completion) = (prompts.Sum(p => p.PromptTokens), answers.Sum(a => a.CompletionTokens));
        return new Usage(prompt, completion, prompt + completion, new PromptTokensDetails(prompts.Sum(p => p.CachedTokens)), new CompletionTokensDetails(
            ends.Sum(end => end.ReasoningTokens), answers.Sum(a => a.AcceptedTokens), answers.Sum(a => a.DraftedTokens - a.AcceptedTokens)));
    }

    public static Timings Timings(GenerationUsage usage)
    {
        var read = usage.PromptTokens - usage.CachedTokens;
        return new Timings(
            usage.CachedTokens, read, Round(usage.Prompt.TotalMilliseconds), Rate(read, usage.Prompt),
            usage.CompletionTokens, Round(usage.Generation.TotalMilliseconds), Rate(usage.CompletionTokens, usage.Generation), Round(usage.Queued.TotalMilliseconds), usage.Seed)
        {
            DraftN = usage.DraftedTokens > 0 ? usage.DraftedTokens : null,
            DraftNAccepted = usage.DraftedTokens > 0 ? usage.AcceptedTokens : null,
        };
    }

    public static string FinishReason(FinishReason reason, bool hasCalls) =>
        reason is Engine.Generation.FinishReason.MaxTokens or Engine.Generation.FinishReason.ContextFull ? "length" : hasCalls ? "tool_calls" : "stop";

    /// <summary>The id by which the same could be asked for again: base:adapter@version, or the base's own where none or several adapters ran.</summary>
    public static string Model(ModelRun ran) => ran.Adapters is [var only] ? $"{ran.ModelId}:{ServedAdapters.Id(only)}" : ran.ModelId;

    public static AdapterUsed? Single(ModelRun ran) => ran.Adapters is [var only] ? Used(only) : null;

    public static IReadOnlyList<AdapterUsed>? Several(ModelRun ran) => ran.Adapters.Count > 1 ? [.. ran.Adapters.Select(Used)] : null;

    public static ChatLogprobs? Logprobs(IReadOnlyList<TokenLogProbability> tokens) => tokens.Count == 0 ? null : new ChatLogprobs([.. tokens.Select(t => Token(t) with { TopLogprobs = [.. t.Top.Select(Token)] })]);

    private static TokenLogprob Token(TokenLogProbability token) => new(Encoding.UTF8.GetString(token.Bytes), token.LogProbability, [.. token.Bytes.Select(b => (int)b)]);

    private static AdapterUsed Used(AdapterRun run) => new(run.Name, run.Version, run.Scale);

    private static double Rate(int tokens, TimeSpan span) => span > TimeSpan.Zero ? Round(tokens / span.TotalSeconds) : 0;

    private static double Round(double value) => Math.Round(value, 2);
}
