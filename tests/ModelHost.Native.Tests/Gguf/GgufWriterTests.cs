using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tests.Gguf;

public sealed class GgufWriterTests
{
    private const int Q40 = 2, BlockBytes = 18;

    [Fact]
    public void What_is_written_is_read_back_lists_and_packed_tensors_too()
    {
        using var stream = new MemoryStream();
        new GgufWriter().Set("general.architecture", "llama").Set("words", ["a", "bc"]).Set("scores", [0.5f, -1f]).Set("kinds", [3, 1])
            .Add("packed", [64, 3], Q40, target => target.Write(new byte[6 * BlockBytes])).Add("floats", [2], [1f, 2f]).Write(stream);
        stream.Position = 0;

        var header = GgufReader.Read(stream, stream.Length);

        Assert.Equal((GgufType.Text, 2L), (header.Metadata["words"].ElementType, header.Metadata["words"].Count));
        Assert.Equal([0.5, -1], header.Metadata["scores"].Numbers);
        Assert.Equal([3, 1], header.Metadata["kinds"].Numbers);
        Assert.Equal(("packed", Q40, 6L * BlockBytes, 0L), (header.Tensors[0].Name, header.Tensors[0].Type, header.Tensors[0].Bytes, header.Tensors[0].Offset));
        Assert.Equal(("floats", 0, 8L, 128L), (header.Tensors[1].Name, header.Tensors[1].Type, header.Tensors[1].Bytes, header.Tensors[1].Offset));
        Assert.Equal([1f, 2f], Floats(stream.ToArray().AsSpan((int)(header.DataOffset + 128), 8)));
    }

    [Fact]
    public void A_tensor_whose_rows_its_type_does_not_pack_is_refused()
        => Assert.Throws<ArgumentException>(() => new GgufWriter().Add("packed", [33], Q40, _ => { }));

    private static float[] Floats(ReadOnlySpan<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}
