using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>
/// Orders heads so that attention is plain products: query heads that share a key head become rows of one matrix, sequences further matrices.
/// The sums over the heads of a group then happen inside the products.
/// </summary>
internal sealed class HeadGroups(GraphContext context)
{
    private readonly TensorArena arena = context.Arena;
    private readonly (int Tokens, int Sequences) size = (context.Bucket.Tokens, context.Bucket.Sequences);
    private readonly (int Width, int KeyHeads) shape = (context.Shape.HeadWidth, context.Shape.KeyHeads);

    /// <summary>[width, heads, all tokens] to [width, tokens * heads a group, groups].</summary>
    internal Tensor Group(Tensor x, int heads) =>
        arena.Reshape(arena.Contiguous(arena.Permute(Sequences(x, heads), 0, 2, 1, 3)), shape.Width, size.Tokens * (heads / shape.KeyHeads), shape.KeyHeads * size.Sequences);

    /// <summary>[width, key heads, all tokens] to [tokens, width, groups].</summary>
    internal Tensor GroupTransposed(Tensor x) => context.Products.TakeViews ? arena.Transpose(Group(x, shape.KeyHeads)) :
        arena.Reshape(arena.Contiguous(arena.Permute(Sequences(x, shape.KeyHeads), 1, 2, 0, 3)), size.Tokens, shape.Width, shape.KeyHeads * size.Sequences);

    /// <summary>[width, tokens * heads a group, groups] back to [width, heads, all tokens].</summary>
    internal Tensor Ungroup(Tensor x, int heads) =>
        arena.Reshape(arena.Contiguous(arena.Permute(arena.Reshape(x, shape.Width, size.Tokens, heads, size.Sequences), 0, 2, 1, 3)), shape.Width, heads, size.Tokens * size.Sequences);

    private Tensor Sequences(Tensor x, int heads) => arena.Reshape(x, shape.Width, heads, size.Tokens, size.Sequences);
}
