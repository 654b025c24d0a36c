using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>A part of a text as a model reads it: one token, or the few that make one character together.</summary>
public sealed record TokenPiece(string Text, IReadOnlyList<int> Ids);

/// <summary>What tokens texts are, by the service's own `POST /tokenize`. Other engines do not tell.</summary>
public sealed class TokenPieces
{
    private readonly EnginePool _engines;
    private readonly ServedModels _models;

    internal TokenPieces(EnginePool engines, ServedModels models) => (_engines, _models) = (engines, models);

    /// <summary>The pieces of each text, or null where the model's engine is not ours. Throws ModelHostException.</summary>
    /// <param name="model">By its id; empty for the one that answers where none is named.</param>
    public async Task<IReadOnlyList<IReadOnlyList<TokenPiece>>?> OfAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        var served = await _models.ChatModelAsync(cancellation, model);
        return await _engines.RunAsync(new EngineCall(served.Id), lease => AskAsync(lease, texts, cancellation), cancellation);
    }

    private static async Task<IReadOnlyList<IReadOnlyList<TokenPiece>>?> AskAsync(EngineLease lease, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        using (lease)
        {
            if (lease.Target.Dialect != EngineDialect.Platform)
            {
                return null;
            }

            var request = new JsonObject { ["model"] = lease.Target.Model, ["content"] = new JsonArray([.. texts.Select(text => (JsonNode)text)]), ["add_special"] = false, ["with_pieces"] = true };
            var answer = await lease.PostAsync("/tokenize", request, ClientJson.Default.TokenPiecesBody, cancellation);
            return answer.Tokens?.Count == texts.Count ? [.. answer.Tokens.Select(Read)] : null;
        }
    }

    // A piece that is part of a character is a list of its bytes.
    private static IReadOnlyList<TokenPiece> Read(IReadOnlyList<TokenPieceBody> tokens)
    {
        var pieces = new List<TokenPiece>(tokens.Count);
        var bytes = new List<byte>();
        var ids = new List<int>();
        foreach (var token in tokens)
        {
            if (token.Piece.ValueKind == JsonValueKind.String)
            {
                Close();
                pieces.Add(new TokenPiece(token.Piece.GetString()!, [token.Id]));
                continue;
            }

            ids.Add(token.Id);
            bytes.AddRange(token.Piece.EnumerateArray().Select(part => part.GetByte()));
            if (Rune.DecodeFromUtf8([.. bytes], out _, out var used) == System.Buffers.OperationStatus.Done && used == bytes.Count)
            {
                Close();
            }
        }

        Close();
        return pieces;

        void Close()
        {
            if (ids.Count > 0)
            {
                pieces.Add(new TokenPiece(Encoding.UTF8.GetString([.. bytes]), [.. ids]));
                bytes.Clear();
                ids.Clear();
            }
        }
    }
}
