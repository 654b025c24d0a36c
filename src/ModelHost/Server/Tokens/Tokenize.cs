using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tokens;

/// <summary>`POST /tokenize`: ids, pieces or only counts, of a text or of a list of texts. The answer has the shape of the question. The piece of a token that is part of a character is a list of its bytes, as llama.cpp tells it.</summary>
internal static class Tokenize
{
    private const int MaxTexts = 4096;

    public static void MapTokenize(this IEndpointRouteBuilder app) => app.MapPost("/tokenize", HandleAsync);

    public static Problem? Refusal(TokenizeRequest request) => request switch
    {
        { Content: null } => Problem.Invalid("content", "'content' is missing; send a text or a list of texts."),
        { Content.Texts.Count: > MaxTexts } => Problem.Invalid("content", $"'content' has {request.Content.Texts.Count} texts; at most {MaxTexts} are taken."),
        _ => null,
    };

    private static async Task HandleAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.TokenizeRequest);
        if (Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        using var model = await UsualModel.HoldAsync(request.Model, host.Engine, http.RequestAborted);
        await http.WriteJsonAsync(Answer(request, host.Engine, model.Info.Id), ServerJson.Wire.TokensBody);
    }

    private static TokensBody Answer(TokenizeRequest request, ModelEngine engine, string model)
    {
        var texts = request.Content!.Texts.Select(text => engine.Tokenize(model, text, request.AddSpecial == true, request.ParseSpecial == true));
        if (request.CountOnly == true)
        {
            return new TokensBody { Counts = [.. texts.Select(tokens => tokens.Length)] };
        }

        return new TokensBody
        {
            Tokens = (request.WithPieces == true, request.Content.IsList) switch
            {
                (false, false) => texts.Single(),
                (false, true) => texts.ToArray(),
                (true, false) => Pieces(texts.Single()),
                (true, true) => texts.Select(Pieces).ToArray(),
            },
        };

        TokenPiece[] Pieces(int[] tokens) => [.. tokens.Select(token => new TokenPiece(token, Piece(engine.Piece(model, token))))];

        static JsonElement Piece(byte[] bytes) => Utf8.IsValid(bytes)
            ? JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(bytes), ServerJson.Wire.String)
            : JsonSerializer.SerializeToElement([.. bytes.Select(part => (int)part)], ServerJson.Wire.IReadOnlyListInt32);
    }
}
