using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>`POST /v1/chat/completions`: refuse what can be refused, ask the engine, tell the answer as a stream or whole. A caller that leaves ends its generation.</summary>
internal static class ChatCompletions
{
    public static void MapChatCompletions(this IEndpointRouteBuilder app) => app.MapPost("/v1/chat/completions", HandleAsync);

    private static async Task HandleAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest);
        if (ChatRequestCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        using var held = await host.HoldChatModelAsync(request.Model!, ending.Token);
        var model = held.Info;
        var (generation, plan) = ChatGeneration.Of(request).On(host.Engine);
        var isStream = request.Stream == true;
        var answer = new ChatAnswer(model, time, request.N ?? 1, withUsage: !isStream || request.StreamOptions?.IncludeUsage == true, withProgress: isStream && request.ReturnProgress == true);
        var stream = answer.StreamAsync(new AnswerReading(plan.NewReader, text => host.Engine.Tokenize(model.Id, text, false, false).Length).PartsAsync(host.GenerateAsync(generation, ending.Token), ending.Token), ending.Token);
        if (isStream)
        {
            await new EventStream(http, options, time, ChatAnswer.Manner, ex => Problems.Describe(http, ex)).WriteAsync(stream, ending.Token);
        }
        else
        {
            await http.WriteJsonAsync(await ChatFold.OfAsync(stream, ending.Token), ServerJson.Wire.ChatCompletion);
        }
    }
}
