using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>`POST /v1/completions`: goes on with raw texts or with tokens; no template.</summary>
internal static class CreateCompletion
{
    /// <summary>What OpenAI generates where the caller sets no limit.</summary>
    private const int UsualTokens = 16;

    public static void MapCreateCompletion(this IEndpointRouteBuilder app) => app.MapPost("/v1/completions", HandleAsync);

    private static async Task HandleAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.CompletionRequest);
        if (CompletionCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        SentFields.Remember(http, ("top_logprobs", request.Logprobs is null ? "n_probs" : "logprobs"), ("logprobs", request.Logprobs is null ? "n_probs" : null), ("lora", request.Lora is null ? "model" : null));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        using var held = await host.HoldChatModelAsync(request.Model, ending.Token);
        var (model, isStream, prompts, each) = (held.Info, request.Stream == true, request.Prompt!, request.N ?? 1);
        var logprobs = request.Logprobs ?? (request.NProbs is > 0 ? request.NProbs : null);
        var generation = GenerationSettings.Of(request with { Model = string.IsNullOrEmpty(request.Model) ? model.Id : request.Model }) with
        {
            MaxTokens = request.MaxTokens ?? UsualTokens,
            MayChooseDraft = Access.IsAdmin(http),
            TopLogProbabilities = logprobs,
            TellsPrompt = request.Echo == true && (logprobs is not null || request.MaxTokens == 0),
        };
        string Before(int choice) => request.Echo != true ? "" : prompts.Texts?[choice / each] ?? host.Engine.Detokenize(model.Id, prompts.Tokens![choice / each]);
        var answer = new CompletionAnswer(
            model, time, Before, withUsage: !isStream || request.StreamOptions?.IncludeUsage == true, withProgress: isStream && request.ReturnProgress == true);
        IAsyncEnumerable<AnswerPart> Parts(int prompt, CancellationToken cancellation) =>
            new AnswerReading(null, _ => 0).PartsAsync(host.GenerateAsync(generation with { Prompt = prompts.Texts?[prompt], PromptTokens = prompts.Tokens?[prompt] }, cancellation), cancellation);
        var parts = prompts.Count == 1 ? Parts(0, ending.Token)
            : SeveralPrompts.PartsAsync([.. Enumerable.Range(0, prompts.Count).Select(place => (Func<CancellationToken, IAsyncEnumerable<AnswerPart>>)(cancellation => Parts(place, cancellation)))], each, Math.Max(1, host.Slots / each), ending.Token);
        var stream = answer.StreamAsync(parts, ending.Token);
        if (isStream)
        {
            await new EventStream(http, options, time, CompletionAnswer.Manner, ex => Problems.Describe(http, ex)).WriteAsync(stream, ending.Token);
        }
        else
        {
            await http.WriteJsonAsync(await CompletionAnswer.FoldAsync(stream, ending.Token), ServerJson.Wire.Completion);
        }
    }
}
