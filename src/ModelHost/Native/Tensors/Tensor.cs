using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Numbers in up to four dimensions, the fastest first. It lives as long as its arena; its numbers live in the memory that the arena was given.</summary>
public sealed unsafe class Tensor
{
    private readonly TensorArena arena;
    private readonly GgmlTensor* native;

    internal Tensor(TensorArena arena, nint native)
    {
        this.arena = arena;
        this.native = (GgmlTensor*)native;
    }

    public TensorType Type => (TensorType)Live->type;

    public long Elements => Length(0) * Length(1) * Length(2) * Length(3);

    public long Bytes => (long)Ggml.ggml_nbytes((nint)Live);

    internal bool IsContiguous => Ggml.ggml_is_contiguous((nint)Live);

    /// <summary>True when its rows lie apart from each other, each in one piece.</summary>
    internal bool HasWholeRows => Live->nb[0] == Ggml.ggml_type_size(Live->type);

    internal bool IsPacked => Ggml.ggml_blck_size(Live->type) > 1;

    internal bool IsParameter => (Live->flags & 4) != 0;

    /// <summary>True of a view whose second dimension lies in order.</summary>
    public bool IsTransposed => Live->nb[0] > Live->nb[1];

    internal nint Native => (nint)Live;

    private GgmlTensor* Live
    {
        get
        {
            ObjectDisposedException.ThrowIf(arena.IsClosed, arena);
            return native;
        }
    }

    /// <param name="dimension">0 to 3.</param>
    public long Length(int dimension) => Live->ne[dimension];

    /// <summary>Replaces all numbers of an F32 tensor.</summary>
    public void Write(ReadOnlySpan<float> numbers)
    {
        Expect(TensorType.F32);
        WriteBytes(MemoryMarshal.AsBytes(numbers));
    }

    /// <summary>Replaces all numbers of an I32 tensor.</summary>
    public void Write(ReadOnlySpan<int> numbers)
    {
        Expect(TensorType.I32);
        WriteBytes(MemoryMarshal.AsBytes(numbers));
    }

    /// <summary>Replaces all of it by bytes that lie as its type says.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        using var hold = Memory(bytes.Length);
        fixed (byte* first = bytes) { Ggml.ggml_backend_tensor_set((nint)Live, first, 0, (nuint)bytes.Length); }
    }

    /// <summary>Copies all numbers of an F32 tensor.</summary>
    public void Read(Span<float> numbers)
    {
        Expect(TensorType.F32);
        using var hold = Memory(numbers.Length * 4L);
        fixed (float* first = numbers) { Ggml.ggml_backend_tensor_get((nint)Live, first, 0, (nuint)numbers.Length * 4); }
    }

    /// <summary>Keeps its numbers after a computation, to be read.</summary>
    public Tensor Keep()
    {
        Ggml.ggml_set_output((nint)Live);
        return this;
    }

    /// <summary>All numbers of an F32 tensor.</summary>
    public float[] ToArray()
    {
        var numbers = new float[Elements];
        Read(numbers);
        return numbers;
    }

    /// <summary>Shape and type, for messages.</summary>
    public override string ToString() => $"{Marshal.PtrToStringUTF8((nint)Live->name)} {Type} [{Length(0)}, {Length(1)}, {Length(2)}, {Length(3)}]";

    private void Expect(TensorType type)
    {
        if (Type != type) { throw new ArgumentException($"The tensor {this} does not hold {type}. This is a bug."); }
    }

    private HandleHold Memory(long bytes)
    {
        if (bytes != Bytes) { throw new ArgumentException($"The tensor {this} has {Bytes} bytes; {bytes} do not fit. This is a bug."); }
        if (Live->data == null || arena.Memory is null) { throw new InvalidOperationException($"The tensor {this} has no memory. This is a bug."); }
        return new HandleHold(arena.Memory);
    }
}
