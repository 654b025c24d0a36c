using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tokens;

/// <summary>`POST /detokenize`: the text of token ids, control tokens included.</summary>
internal static class Detokenize
{
    private const int MaxTokens = 1_000_000;

    public static void MapDetokenize(this IEndpointRouteBuilder app) => app.MapPost("/detokenize", HandleAsync);

    private static async Task HandleAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.DetokenizeRequest);
        if (request.Tokens is not { Count: <= MaxTokens } tokens)
        {
            throw new RequestRefused(Problem.Invalid("tokens", request.Tokens is null ? "'tokens' is missing; send a list of token ids." : $"'tokens' has {request.Tokens.Count} ids; at most {MaxTokens} are taken."));
        }

        using var model = await UsualModel.HoldAsync(request.Model, host.Engine, http.RequestAborted);
        await http.WriteJsonAsync(new DetokenizedBody(host.Engine.Detokenize(model.Info.Id, tokens)), ServerJson.Wire.DetokenizedBody);
    }
}
