using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests.Tensors;

/// <summary>One operation, its inputs and its memory.</summary>
internal sealed class OperationSite(int threads) : IDisposable
{
    private const int Most = 16;
    private readonly ComputeBackend backend = ComputeBackend.Cpu(threads);
    private readonly TensorArena arena = TensorArena.Create(Most, graphNodes: Most);
    private readonly List<Action> writes = [];
    private readonly Random random = new(4);

    /// <summary>Elsewhere ggml computes, and there is nothing to prove.</summary>
    internal static void NeedOurs() => Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported, "This processor has no AVX-512BW, which the kernels of ours are for.");

    /// <summary>A tensor of chance, and its numbers as its type keeps them.</summary>
    internal (Tensor Tensor, float[] Numbers) Input(string name, int count, int n0, int n1, int n2 = 1, TensorType type = TensorType.F32)
    {
        var numbers = Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
        var tensor = arena.Input(name, type, n0, n1, n2);
        if (type == TensorType.F32)
        {
            writes.Add(() => tensor.Write(numbers)); // tests may still change them
            return (tensor, numbers);
        }
        var bytes = TensorData.FromFloats(type, numbers, n0);
        TensorData.ToFloats(type, bytes, numbers);
        writes.Add(() => tensor.WriteBytes(bytes));
        return (tensor, numbers);
    }

    internal float[] Compute(Func<TensorArena, Tensor> operation)
    {
        using var memory = GraphMemory.Create(backend);
        var graph = new ComputeGraph(arena, Most);
        var result = operation(arena).Keep();
        graph.Add(result);
        memory.Place(graph);
        writes.ForEach(write => write());
        backend.Compute(graph);
        return result.ToArray();
    }

    public void Dispose()
    {
        arena.Dispose();
        backend.Dispose();
    }
}
