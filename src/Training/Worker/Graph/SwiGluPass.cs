using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>down(silu(gate x) · up x) of one layer over its normed input, without the residual, and back.</summary>
internal sealed class SwiGluPass
{
    private readonly GraphContext context;
    private readonly LinearPass gate, up, down;

    internal SwiGluPass(GraphContext context, int layer, Tensor input)
    {
        this.context = context;
        gate = new LinearPass(context, layer, Projection.Gate, input);
        up = new LinearPass(context, layer, Projection.Up, input);
        down = new LinearPass(context, layer, Projection.Down, context.Arena.SwiGlu(gate.Output, up.Output));
    }

    internal Tensor Output => down.Output;

    internal Tensor? Backward(Tensor gradient, bool needsInput)
    {
        var arena = context.Arena;
        var inner = down.Backward(gradient, needsInput: true)!;
        var ofGate = gate.Backward(context.Activations.GateGradient(inner, gate.Output, up.Output), needsInput);
        var ofUp = up.Backward(arena.SwiGlu(gate.Output, inner), needsInput);
        return needsInput ? arena.Sum(ofGate!, ofUp!) : null;
    }
}
