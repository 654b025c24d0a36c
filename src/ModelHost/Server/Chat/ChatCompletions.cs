using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>`POST /v1/chat/completions`: refuse what can be refused, ask the engine, tell the answer as a stream or whole.</summary>
internal static class ChatCompletions
{
    public static void MapChatCompletions(this IEndpointRouteBuilder app) => app.MapPost("/v1/chat/completions", HandleAsync);

    private static async Task HandleAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest);
        using var run = await ChatRun.BeginAsync(request, host, http);
        var isStream = request.Stream == true;
        var answer = new ChatAnswer(run.Model, time, withUsage: !isStream || request.StreamOptions?.IncludeUsage == true, withProgress: isStream && request.ReturnProgress == true);
        var stream = answer.StreamAsync(run.Parts(), run.Ending);
        if (isStream)
        {
            await new EventStream(http, options, time, ChatAnswer.Manner, ex => Problems.Describe(http, ex)).WriteAsync(stream, run.Ending);
        }
        else
        {
            await http.WriteJsonAsync(await ChatFold.OfAsync(stream, run.Ending), ServerJson.Wire.ChatCompletion);
        }
    }
}
