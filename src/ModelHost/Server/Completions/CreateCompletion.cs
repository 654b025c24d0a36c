using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Completions;

/// <summary>`POST /v1/completions`: goes on with a raw text or with tokens; no template.</summary>
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

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        using var held = await host.HoldChatModelAsync(request.Model!, ending.Token);
        var model = held.Info;
        var generation = GenerationSettings.Of(request) with
        {
            Prompt = request.Prompt!.Texts?[0],
            PromptTokens = request.Prompt.Tokens?[0],
            MaxTokens = request.MaxTokens ?? UsualTokens,
            MayChooseDraft = Access.IsAdmin(http),
            TopLogProbabilities = request.Logprobs ?? (request.NProbs is > 0 ? request.NProbs : null),
        };
        var isStream = request.Stream == true;
        var answer = new CompletionAnswer(
            model, time, request.N ?? 1, request.Echo == true ? generation.Prompt! : "", withUsage: !isStream || request.StreamOptions?.IncludeUsage == true, withProgress: isStream && request.ReturnProgress == true);
        var stream = answer.StreamAsync(new AnswerReading(null, _ => 0).PartsAsync(host.GenerateAsync(generation, ending.Token), ending.Token), ending.Token);
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
