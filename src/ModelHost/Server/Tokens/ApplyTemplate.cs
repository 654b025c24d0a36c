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
            await http.WriteJsonAsync(new PromptBody((await PromptAsync(http, host)).Text), ServerJson.Wire.PromptBody));
        app.MapPost("/v1/chat/completions/input_tokens", async (HttpContext http, EngineHost host) =>
            await http.WriteJsonAsync(new InputTokensBody((await PromptAsync(http, host)).Tokens), ServerJson.Wire.InputTokensBody));
    }

    private static async Task<(string Text, int Tokens)> PromptAsync(HttpContext http, EngineHost host) =>
        await ChatRun.PromptAsync(await http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest), host, http);
}
