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
            await http.WriteJsonAsync(await WithPromptAsync(http, host, (_, prompt) => new PromptBody(prompt)), ServerJson.Wire.PromptBody));
        app.MapPost("/v1/chat/completions/input_tokens", async (HttpContext http, EngineHost host) =>
            await http.WriteJsonAsync(await WithPromptAsync(http, host, (model, prompt) => new InputTokensBody(host.Engine.Tokenize(model, prompt, addSpecial: true, parseSpecial: true).Length)), ServerJson.Wire.InputTokensBody));
    }

    private static async Task<T> WithPromptAsync<T>(HttpContext http, EngineHost host, Func<string, string, T> answer)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ChatCompletionRequest);
        using var held = await UsualModel.HoldAsync(request.Model, host.Engine, http.RequestAborted);
        request = request with { Model = string.IsNullOrEmpty(request.Model) ? held.Info.Id : request.Model };
        if (ChatRequestCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        return answer(held.Info.Id, ChatGeneration.Of(request).On(host.Engine).Plan.Prompt);
    }
}
