using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Native.Tests.Tensors;

/// <summary>What is read of ggml's structs lies where the library puts it.</summary>
public sealed unsafe class TensorLayoutTests
{
    [Fact]
    public void The_sizes_of_structs_are_pinned() => Assert.Equal((336, 24), (sizeof(GgmlTensor), sizeof(GgmlInitParams)));

    [Fact]
    public void The_types_of_tensors_are_pinned() =>
        Assert.Equal("F32=0 F16=1 Q4=2 Q8=8 Q4K=12 Q6K=14 I32=26 BF16=30", string.Join(' ', Enum.GetValues<TensorType>().Select(t => $"{t}={(int)t}")));

    [Fact]
    public void The_fields_of_a_tensor_are_the_librarys()
    {
        using var arena = TensorArena.Create(4);
        using var backend = ComputeBackend.Cpu(1);
        var a = arena.Parameter("a name", 3, 5);
        using var memory = backend.Allocate(arena);
        var turned = arena.Transpose(a);
        var first = (GgmlTensor*)a.Native;
        var second = (GgmlTensor*)turned.Native;
        Assert.Equal((0, 3, 5, 1, 1), (first->type, first->ne[0], first->ne[1], first->ne[2], first->ne[3]));
        Assert.Equal((4UL, 12UL, 60UL), (first->nb[0], first->nb[1], first->nb[2]));
        Assert.Equal("a name", LlamaLibrary.Text((nint)first->name));
        Assert.Equal(4, first->flags & 4);
        Assert.Equal(((nint)first, (nint)first, (nint)first->data), ((nint)second->src0, second->view_src, (nint)second->data));
        Assert.NotEqual(0, first->buffer);
        Assert.Equal((12UL, 4UL), (second->nb[0], second->nb[1]));
    }

    [Theory]
    [InlineData(TensorType.F32, 0)]
    [InlineData(TensorType.F16, 1e-3)]
    [InlineData(TensorType.BF16, 8e-3)]
    [InlineData(TensorType.Q8, 1e-2)]
    [InlineData(TensorType.Q6K, 5e-2)]
    [InlineData(TensorType.Q4K, 0.15)]
    [InlineData(TensorType.Q4, 0.15)]
    public void Numbers_come_back_from_each_type_as_near_as_it_keeps_them(TensorType type, double tolerance)
    {
        LlamaLibrary.Load();
        var numbers = Enumerable.Range(0, 512).Select(i => MathF.Sin(i)).ToArray();
        var back = new float[512];
        TensorData.ToFloats(type, TensorData.FromFloats(type, numbers, 256), back);
        Assert.All(numbers.Zip(back), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
