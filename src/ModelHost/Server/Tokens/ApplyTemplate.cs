using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tokens;

/// <summary>`POST /apply-template`: the prompt that a chat request becomes. `POST /v1/chat/completions/input_tokens`: how many tokens that is.</summary>
internal static class ApplyTemplate
{
    public static void MapApplyTemplate(this IEndpointRouteBuilder app)
    {
        app.MapPost("/apply-template", async (HttpContext http, EngineHost host) =>
            await http.WriteJsonAsync(new PromptBody((await PromptAsync(http, host)).Prompt), ServerJson.Wire.PromptBody));
        app.MapPost("/v1/chat/completions/input_tokens", async (HttpContext http, EngineHost host) =>
        {
            var (model, prompt) = await PromptAsync(http, host);
            await http.WriteJsonAsync(new InputTokensBody(host.Engine.Tokenize(model, prompt, addSpecial: true, parseSpecial: true).Length), ServerJson.Wire.InputTokensBody);
        });
    }

    private static async Task<(string Model, string Prompt)> PromptAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest);
        request = request with { Model = UsualModel.Or(request.Model, host.Engine).Id };
        if (ChatRequestCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        return (request.Model, ChatGeneration.Of(request).On(host.Engine).Plan.Prompt);
    }
}
