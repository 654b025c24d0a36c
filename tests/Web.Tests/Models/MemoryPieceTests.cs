using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class MemoryPieceTests
{
    [Fact]
    public void Every_use_is_in_one_piece_and_the_pieces_are_the_uses()
    {
        MemoryShare[] uses =
        [
            new("chat", "weights", 10), new("chat", "context", 20), new("chat", "compute", 5), new("chat", "adapters", 3),
            new("embed", "weights", 4), new("embed", "context", 1), new("job-1", "training", 7), new("other", "weights", 2),
        ];
        Assert.Equal(
            [new(MemoryKind.Weights, 12), new(MemoryKind.Context, 25), new(MemoryKind.Adapters, 3), new(MemoryKind.Embedder, 5), new(MemoryKind.Training, 7)],
            MemoryPiece.Of(uses, ["chat", "embed", "other"], ["embed"]));
    }

    [Fact]
    public void Nothing_used_is_no_piece() => Assert.Empty(MemoryPiece.Of([new("chat", "context", 0)], ["chat"], []));
}
