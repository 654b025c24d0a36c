using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>Attention of one layer over its normed input, without the residual, and back. S = Q Kᵀ · scale, P = softmax(S + mask), O = P V.</summary>
internal sealed class AttentionPass
{
    private readonly GraphContext context;
    private readonly HeadGroups groups;
    private readonly LinearPass queries, keys, values, output;
    private readonly NormPass? queryNorm, keyNorm;
    private readonly Tensor q, k, v, p;

    internal AttentionPass(GraphContext context, int layer, Tensor input)
    {
        (this.context, groups) = (context, new HeadGroups(context));
        var (arena, products, shape, weights) = (context.Arena, context.Products, context.Shape, context.Model.Layers[layer]);
        queries = new LinearPass(context, layer, Projection.Query, input);
        keys = new LinearPass(context, layer, Projection.Key, input);
        values = new LinearPass(context, layer, Projection.Value, input);
        (queryNorm, q) = Turned(Heads(queries.Output, shape.Heads), weights.QueryNorm);
        (keyNorm, k) = Turned(Heads(keys.Output, shape.KeyHeads), weights.KeyNorm);
        v = Heads(values.Output, shape.KeyHeads);
        var scores = products.Of(groups.Group(k, shape.KeyHeads), groups.Group(q, shape.Heads)); // [tokens, tokens * heads a group, groups]
        p = context.Activations.SoftMax(ByHead(scores), context.Mask, Scale);
        var o = groups.Ungroup(products.Of(groups.GroupTransposed(v), ByGroup(p)), shape.Heads);
        output = new LinearPass(context, layer, Projection.Output, arena.Reshape(o, shape.QueryWidth, context.Bucket.AllTokens));
    }

    internal Tensor Output => output.Output;

    private float Scale => 1 / MathF.Sqrt(context.Shape.HeadWidth);

    internal Tensor? Backward(Tensor gradient, bool needsInput)
    {
        var (arena, products, shape) = (context.Arena, context.Products, context.Shape);
        var dO = groups.Group(Heads(output.Backward(gradient, needsInput: true)!, shape.Heads), shape.Heads);
        var dP = products.Of(groups.Group(v, shape.KeyHeads), dO);
        // dV uses P after the softmax's way back does: that keeps P from being overwritten while it is read.
        var dV = products.Of(products.Turned(dO), products.Turned(ByGroup(p)));
        var dS = ByGroup(arena.SoftMaxBackward(ByHead(dP), p, Scale));
        var dQ = products.Of(groups.GroupTransposed(k), dS);
        var dK = products.Of(products.Turned(groups.Group(q, shape.Heads)), products.Turned(dS));
        var ofQueries = Returned(groups.Ungroup(dQ, shape.Heads), queryNorm, shape.QueryWidth);
        var ofKeys = Returned(groups.Ungroup(dK, shape.KeyHeads), keyNorm, shape.KeyWidth);
        var ofValues = Flat(groups.Ungroup(dV, shape.KeyHeads), shape.KeyWidth);
        context.Graph.Add(ofQueries);
        context.Graph.Add(ofKeys);
        context.Graph.Add(ofValues);
        var (x, y, z) = (queries.Backward(ofQueries, needsInput), keys.Backward(ofKeys, needsInput), values.Backward(ofValues, needsInput));
        return needsInput ? arena.Sum(arena.Sum(x!, y!), z!) : null;
    }

    private (NormPass?, Tensor) Turned(Tensor heads, Tensor? norm)
    {
        var normed = norm is null ? null : new NormPass(context, heads, norm);
        return (normed, context.Arena.Rope(normed?.Output ?? heads, context.Positions, context.Model.Rotation));
    }

    private Tensor Returned(Tensor gradient, NormPass? norm, int width)
    {
        var turned = context.Arena.RopeBackward(gradient, context.Positions, context.Model.Rotation);
        return Flat(norm is null ? turned : norm.Backward(turned), width);
    }

    private Tensor Heads(Tensor x, int heads) => context.Arena.Reshape(x, context.Shape.HeadWidth, heads, context.Bucket.AllTokens);

    private Tensor Flat(Tensor heads, int width) => context.Arena.Reshape(heads, width, context.Bucket.AllTokens);

    private Tensor ByHead(Tensor scores) => context.Arena.Reshape(scores, context.Bucket.Tokens, context.Bucket.Tokens, context.Shape.Heads * context.Bucket.Sequences);

    private Tensor ByGroup(Tensor scores) =>
        context.Arena.Reshape(scores, context.Bucket.Tokens, context.Bucket.Tokens * (context.Shape.Heads / context.Shape.KeyHeads), context.Shape.KeyHeads * context.Bucket.Sequences);
}
