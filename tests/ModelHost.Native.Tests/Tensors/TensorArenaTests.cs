using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests.Tensors;

/// <summary>ggml ends the process over shapes that do not fit. None of them gets there.</summary>
public sealed class TensorArenaTests
{
    public static TheoryData<string> Misfits => [.. Operations.Keys];

    private static readonly Dictionary<string, Action<TensorArena, Tensor, Tensor>> Operations = new()
    {
        ["product of rows of other lengths"] = (arena, a, b) => arena.MatrixProduct(a, b),
        ["product of a transposed matrix"] = (arena, a, _) => arena.MatrixProduct(arena.Transpose(a), arena.New("c", TensorType.F32, 6, 2)),
        ["panel product of other lengths"] = (arena, a, b) => arena.PanelProduct(a, b),
        ["panel product in whole numbers of a view"] = (arena, a, _) => arena.PanelProduct(arena.New("c", TensorType.F32, 6, 2), arena.Transpose(a), isShort: true),
        ["panel product with a second pair of other rows"] = (arena, a, b) => arena.PanelProduct(a, a, second: (arena.New("c", TensorType.F32, 5, 6), b)),
        ["outer product of other counts"] = (arena, a, b) => arena.OuterProduct(a, b),
        ["sum of other shapes"] = (arena, a, b) => arena.Sum(a, b),
        ["sum of whole numbers"] = (arena, a, _) => arena.Sum(a, arena.New("i", TensorType.I32, 4, 6)),
        ["accumulation of other shapes"] = (arena, a, b) => arena.Accumulate(a, b),
        ["factors of other shapes"] = (arena, a, b) => arena.Product(a, b),
        ["scale of a view"] = (arena, a, _) => arena.Scale(arena.Transpose(a), 2),
        ["mask of another width"] = (arena, a, b) => arena.SoftMax(a, b),
        ["rows by floats"] = (arena, a, b) => arena.Rows(a, b),
        ["reshape to another count"] = (arena, a, _) => arena.Reshape(a, 5, 5),
        ["permutation that is none"] = (arena, a, _) => arena.Permute(a, 0, 0, 1, 2),
        ["turn of more than a head"] = (arena, a, _) => arena.Rope(arena.Reshape(a, 4, 1, 6), arena.New("p", TensorType.I32, 6), new Rotation(8, false, 10_000, 1, null)),
        ["turn of other positions"] = (arena, a, _) => arena.Rope(arena.Reshape(a, 4, 1, 6), arena.New("p", TensorType.I32, 5), new Rotation(4, false, 10_000, 1, null)),
        ["step of what is no parameter"] = (arena, a, _) => arena.AdamWStep(a, a, a, a, arena.New("s", TensorType.F32, 7)),
        ["packed rows that do not fill a block"] = (arena, _, _) => arena.New("q", TensorType.Q8, 33),
        ["an empty dimension"] = (arena, _, _) => arena.New("e", TensorType.F32, 0),
    };

    [Theory, MemberData(nameof(Misfits))]
    public void What_does_not_fit_is_refused(string name)
    {
        using var arena = TensorArena.Create(16);
        Assert.Throws<ArgumentException>(() => Operations[name](arena, arena.New("a", TensorType.F32, 4, 6), arena.New("b", TensorType.F32, 5, 7)));
    }

    [Fact]
    public void A_full_arena_and_a_full_graph_are_refused()
    {
        using var arena = TensorArena.Create(3, graphNodes: 1);
        var graph = new ComputeGraph(arena, 1);
        var sum = arena.Sum(arena.New("a", TensorType.F32, 4), arena.New("b", TensorType.F32, 4));
        Assert.Throws<InvalidOperationException>(() => arena.New("c", TensorType.F32, 4));
        Assert.Throws<InvalidOperationException>(() => graph.Add(sum));
    }

    [Fact]
    public void Numbers_of_another_count_type_or_without_memory_are_refused()
    {
        using var backend = ComputeBackend.Cpu(1);
        using var arena = TensorArena.Create(2);
        var a = arena.New("a", TensorType.F32, 4);
        Assert.Throws<InvalidOperationException>(() => a.Write([1f, 2, 3, 4]));
        using var memory = backend.Allocate(arena);
        Assert.Throws<ArgumentException>(() => a.Write([1f, 2, 3]));
        Assert.Throws<ArgumentException>(() => a.Write([1, 2, 3, 4]));
        a.Write([1f, 2, 3, 4]);
        Assert.Equal([1f, 2, 3, 4], a.ToArray());
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.ToArray());
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.Elements);
    }

    [Fact]
    public void A_graph_computes_again_and_again_what_its_inputs_say()
    {
        using var backend = ComputeBackend.Cpu(1);
        using var arena = TensorArena.Create(8, graphNodes: 8);
        using var memory = GraphMemory.Create(backend);
        var (x, y) = (arena.Input("x", TensorType.F32, 2, 1), arena.Input("y", TensorType.F32, 2, 3));
        var graph = new ComputeGraph(arena, 8);
        var product = arena.MatrixProduct(x, y).Keep();
        graph.Add(product);
        Assert.True(GraphMemory.Measure(backend, graph) > 0);
        memory.Place(graph);
        foreach (var factor in (float[])[1, 3])
        {
            x.Write([factor, 2 * factor]);
            y.Write([1f, 0, 0, 1, 1, 1]);
            backend.Compute(graph);
            Assert.Equal([factor, 2 * factor, 3 * factor], product.ToArray());
        }
        Assert.Null(graph.Unsupported(backend));
    }

    /// <summary>ggml would lay the second graph out as the first, of as many nodes, and so overwrite what only the second keeps.</summary>
    [Fact]
    public void A_graph_that_keeps_more_than_the_one_before_it_in_the_same_memory_keeps_it()
    {
        using var backend = ComputeBackend.Cpu(1);
        using var memory = GraphMemory.Create(backend);
        foreach (var keeps in (bool[])[false, true])
        {
            using var arena = TensorArena.Create(8, graphNodes: 8);
            var graph = new ComputeGraph(arena, 8);
            var x = arena.Input("x", TensorType.F32, 64);
            var middle = arena.Scale(x, 2);
            if (keeps) { middle.Keep(); }
            graph.Add(arena.Scale(arena.Scale(arena.Scale(middle, 3), 5), 7).Keep());
            memory.Place(graph);
            x.Write([.. Enumerable.Repeat(1f, 64)]);
            backend.Compute(graph);
            if (keeps) { Assert.All(middle.ToArray(), number => Assert.Equal(2, number)); }
        }
    }

    [Fact]
    public void Weights_that_the_processor_packs_give_the_same_products()
    {
        using var backend = ComputeBackend.Cpu(1);
        foreach (var type in (TensorType[])[TensorType.Q8, TensorType.Q4, TensorType.Q4K])
        {
            const int Length = 256, Rows = 64;
            if (!backend.CanPack(type, Length, Rows)) { continue; } // this processor has no packing for it
            using var weights = TensorArena.Create(2);
            var matrix = weights.New("packed", type, Length, Rows);
            using var buffer = backend.AllocatePacked(weights, type, Length, Rows);
            var bytes = TensorData.FromFloats(type, [.. Enumerable.Range(0, Length * Rows).Select(i => MathF.Sin(i))], Length);
            matrix.WriteBytes(bytes);
            var vector = Enumerable.Range(0, Length).Select(i => MathF.Cos(i)).ToArray();
            var floats = new float[Length * Rows];
            TensorData.ToFloats(type, bytes, floats);
            var expected = Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Length).Sum(i => floats[row * Length + i] * vector[i]));
            Assert.All(expected.Zip(Product(backend, matrix, vector)), pair => Assert.Equal(pair.First, pair.Second, 0.3));
        }
    }

    private static float[] Product(ComputeBackend backend, Tensor matrix, float[] vector)
    {
        using var arena = TensorArena.Create(4, graphNodes: 4);
        using var memory = GraphMemory.Create(backend);
        var input = arena.Input("x", TensorType.F32, vector.Length);
        var graph = new ComputeGraph(arena, 4);
        var product = arena.MatrixProduct(matrix, input).Keep();
        graph.Add(product);
        memory.Place(graph);
        input.Write(vector);
        backend.Compute(graph);
        return product.ToArray();
    }
}
