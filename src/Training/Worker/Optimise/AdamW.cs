using Platform.ModelHost.Native.Tensors;
using Platform.Training.Graph;

namespace Platform.Training.Optimise;

/// <summary>AdamW over all trained tensors, with the gradient cut to a length. Two graphs: one measures the gradient, one takes the step.</summary>
public sealed class AdamW : IDisposable
{
    private const float Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f;
    private const int PerTensor = 8;
    private readonly LoraWeights adapter;
    private readonly ComputeBackend backend;
    private readonly TensorArena lengthArena, stepArena;
    private readonly ComputeGraph lengthGraph, stepGraph;
    private readonly GraphMemory lengthMemory, stepMemory;
    private readonly Tensor squares, settings, factor;

    public AdamW(LoraWeights adapter, ComputeBackend backend)
    {
        (this.adapter, this.backend) = (adapter, backend);
        var most = PerTensor * adapter.Trained.Count + 8;
        (lengthArena, stepArena) = (TensorArena.Create(most, most), TensorArena.Create(most, most));
        (lengthGraph, stepGraph) = (new ComputeGraph(lengthArena, most), new ComputeGraph(stepArena, most));
        squares = adapter.Trained.Select(t => lengthArena.SquareSum(t.Gradient)).Aggregate(lengthArena.Sum).Keep();
        lengthGraph.Add(squares);
        settings = stepArena.Input("settings", TensorType.F32, 7);
        factor = stepArena.Input("factor", TensorType.F32, 1);
        foreach (var t in adapter.Trained) { stepGraph.Add(stepArena.AdamWStep(t.Value, stepArena.Product(t.Gradient, factor), t.FirstMoment, t.SecondMoment, settings)); }
        (lengthMemory, stepMemory) = (GraphMemory.Create(backend), GraphMemory.Create(backend));
        lengthMemory.Place(lengthGraph);
        stepMemory.Place(stepGraph);
    }

    /// <summary>Pulls weights towards zero; default 0.1.</summary>
    public float WeightDecay { get; init; } = 0.1f;

    /// <summary>The longest gradient that is followed; default 1.</summary>
    public float MostLength { get; init; } = 1;

    /// <summary>The length of the summed gradient without its loss scale; not finite when a number in it is not.</summary>
    public double GradientLength(float lossScale)
    {
        backend.Compute(lengthGraph);
        return Math.Sqrt(squares.ToArray()[0]) / lossScale;
    }

    /// <summary>Changes the weights, and clears the gradient for the next step.</summary>
    /// <param name="number">Of the step that is taken, from 1.</param>
    /// <param name="length">As <see cref="GradientLength"/> said.</param>
    public void Step(int number, double learningRate, double length, float lossScale)
    {
        factor.Write([(float)(Math.Min(1, MostLength / length) / lossScale)]);
        settings.Write([(float)learningRate, Beta1, Beta2, Epsilon, WeightDecay, (float)(1 / (1 - Math.Pow(Beta1, number))), (float)(1 / (1 - Math.Pow(Beta2, number)))]);
        backend.Compute(stepGraph);
        adapter.ClearGradients();
    }

    public void Dispose()
    {
        foreach (var memory in (GraphMemory[])[lengthMemory, stepMemory]) { memory.Dispose(); }
        foreach (var arena in (TensorArena[])[lengthArena, stepArena]) { arena.Dispose(); }
    }
}
