using System.Text.Json;

namespace Platform.ModelHost.Client.Wire;

/// <summary>`POST /tokenize` of our service with with_pieces, of a list of texts.</summary>
internal sealed record TokenPiecesBody(IReadOnlyList<IReadOnlyList<TokenPieceBody>>? Tokens);

/// <param name="Piece">A text, or a list of bytes.</param>
internal sealed record TokenPieceBody(int Id, JsonElement Piece);
