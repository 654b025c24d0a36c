using Platform.ModelHost.Client.Admin;

namespace Platform.Web.Features.Models;

/// <summary>What memory is used for, in the order of the bar. Coming: what is about to be loaded.</summary>
public enum MemoryKind { Weights, Context, Adapters, Embedder, Training, Coming }

/// <summary>One piece of the memory bar.</summary>
public sealed record MemoryPiece(MemoryKind Kind, long Bytes)
{
    /// <summary>The ledger's uses by kind, those of nothing left out. What belongs to no model is a training job's.</summary>
    public static IReadOnlyList<MemoryPiece> Of(IEnumerable<MemoryShare> uses, IReadOnlyCollection<string> models, IReadOnlyCollection<string> embedders) =>
        [.. uses.GroupBy(use => KindOf(use, models, embedders)).OrderBy(kind => kind.Key).Select(kind => new MemoryPiece(kind.Key, kind.Sum(use => use.Bytes))).Where(piece => piece.Bytes > 0)];

    private static MemoryKind KindOf(MemoryShare use, IReadOnlyCollection<string> models, IReadOnlyCollection<string> embedders) => use switch
    {
        _ when embedders.Contains(use.Owner) => MemoryKind.Embedder,
        { Part: "adapters" } => MemoryKind.Adapters,
        _ when !models.Contains(use.Owner) => MemoryKind.Training,
        { Part: "weights" } => MemoryKind.Weights,
        _ => MemoryKind.Context, // keys and values, and the room that a pass works in
    };
}
