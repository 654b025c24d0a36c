using System.Diagnostics;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tests.Gguf;

/// <summary>Faults 11 and 12: damaged model files are refused with a named reason before native code sees them.</summary>
public sealed class GgufFaultTests
{
    private const ulong Huge = 1UL << 63;

    [Fact]
    public void A_whole_file_passes()
    {
        var file = new TinyModel().Write();
        GgufCheck.Run(GgufReader.Read(new MemoryStream(file), file.Length));
    }

    public static TheoryData<string, GgufFault> Faults => new()
    {
        { "magic", GgufFault.NotGguf }, { "version", GgufFault.Version }, { "big-endian", GgufFault.Version },
        { "tensor count", GgufFault.Count }, { "key count", GgufFault.Count }, { "key count of a few too many", GgufFault.Key },
        { "key length", GgufFault.StringLength }, { "text length", GgufFault.StringLength }, { "element length", GgufFault.StringLength }, { "empty key", GgufFault.Key },
        { "duplicate key", GgufFault.DuplicateKey }, { "value type", GgufFault.ValueType }, { "list of lists", GgufFault.ValueType }, { "element type", GgufFault.ValueType },
        { "list length", GgufFault.ArrayLength }, { "list length that overflows", GgufFault.ArrayLength },
        { "alignment 2^30", GgufFault.Alignment }, { "alignment 3", GgufFault.Alignment }, { "alignment 0", GgufFault.Alignment }, { "alignment of another type", GgufFault.Alignment },
        { "tensor name", GgufFault.TensorName }, { "duplicate tensor", GgufFault.DuplicateTensor }, { "five dimensions", GgufFault.TensorShape }, { "no dimensions", GgufFault.TensorShape },
        { "product overflow", GgufFault.TensorShape }, { "negative dimension", GgufFault.TensorShape }, { "zero dimension", GgufFault.TensorShape }, { "rows that do not fill blocks", GgufFault.TensorShape },
        { "tensor type", GgufFault.TensorType }, { "removed tensor type", GgufFault.TensorType },
        { "offset past the end", GgufFault.TensorOffset }, { "offset 2^63", GgufFault.TensorOffset }, { "odd offset", GgufFault.TensorOffset },
        { "no architecture", GgufFault.MissingKey }, { "no layers", GgufFault.ModelShape }, { "a million layers", GgufFault.ModelShape }, { "architecture as a number", GgufFault.ValueType },
        { "fewer scores than tokens", GgufFault.Vocabulary }, { "an adapter", GgufFault.ModelShape }, { "one part of three", GgufFault.Split },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Fault_11_a_corrupt_header_is_refused_with_its_reason_fast_and_in_little_memory(string what, GgufFault expected)
    {
        var model = new TinyModel();
        Corrupt(model, what);
        using var file = new TemporaryFile(model.Write());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var refusal = Assert.Throws<GgufException>(() => GgufCheck.Run(file.Path));
        Assert.Equal(expected, refusal.Fault);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"took {watch.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100 << 20);
        Assert.NotEmpty(refusal.Message);
    }

    [Fact]
    public void Fault_12_a_file_that_was_cut_anywhere_is_refused()
    {
        var model = new TinyModel();
        var whole = model.Write();
        for (var length = 0; length < whole.Length; length += length < model.HeaderBytes + 64 ? 61 : 997)
        {
            var cut = whole[..length];
            Assert.Contains(Assert.Throws<GgufException>(() => GgufReader.Read(new MemoryStream(cut), cut.Length)).Fault,
                new[] { GgufFault.Truncated, GgufFault.StringLength, GgufFault.ArrayLength, GgufFault.TensorOffset });
        }
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_refused()
    {
        var whole = new TinyModel().Write();
        Assert.Equal(GgufFault.Truncated, Assert.Throws<GgufException>(() => GgufReader.Read(new MemoryStream(whole[..200]), whole.Length)).Fault);
    }

    private static void Corrupt(TinyModel m, string what)
    {
        switch (what)
        {
            case "magic": m.Magic = "GGML"u8.ToArray(); break;
            case "version": m.Version = 99; break;
            case "big-endian": m.Version = 3 << 24; break;
            case "tensor count": m.TensorCount = Huge; break;
            case "key count": m.KeyCount = Huge; break;
            case "key count of a few too many": m.Tensors.Clear(); m.KeyCount = (ulong)m.Metadata.Count + 3; break;
            case "key length": RawKey(m); break;
            case "text length": m.Set("general.name", 8, BitConverter.GetBytes(Huge)); break;
            case "element length": m.Set("tokenizer.ggml.tokens", 9, [.. BitConverter.GetBytes(8u), .. BitConverter.GetBytes(2UL), .. BitConverter.GetBytes(Huge)]); break;
            case "empty key": m.Metadata.Insert(0, ("", 4, BitConverter.GetBytes(1u))); break;
            case "duplicate key": m.Metadata.Add(m.Metadata[0]); break;
            case "value type": m.Set("general.name", 13, []); break;
            case "list of lists": m.List("x", 9, []); break;
            case "element type": m.List("x", 77, []); break;
            case "list length": m.Set("x", 9, [.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes(Huge)]); break;
            case "list length that overflows": m.Set("x", 9, [.. BitConverter.GetBytes(10u), .. BitConverter.GetBytes((1UL << 61) + 1)]); break;
            case "alignment 2^30": m.U32("general.alignment", 1u << 30); break;
            case "alignment 3": m.U32("general.alignment", 3); break;
            case "alignment 0": m.U32("general.alignment", 0); break;
            case "alignment of another type": m.Text("general.alignment", "32"); break;
            case "tensor name": m.Tensors[0] = (new string('x', 64), m.Tensors[0].Shape, 0); break;
            case "duplicate tensor": m.Tensors.Add(m.Tensors[0]); break;
            case "five dimensions": m.Tensors[0] = ("t", [1, 1, 1, 1, 1], 0); break;
            case "no dimensions": m.Tensors[0] = ("t", [], 0); break;
            case "product overflow": m.Tensors[0] = ("t", [1 << 30, 1 << 30, 1 << 30, 1 << 30], 0); break;
            case "negative dimension": m.Tensors[0] = ("t", [ulong.MaxValue], 0); break;
            case "zero dimension": m.Tensors[0] = ("t", [0], 0); break;
            case "rows that do not fill blocks": m.Tensors[0] = ("t", [33], 8); break;
            case "tensor type": m.Tensors[0] = ("t", [32], 1_000); break;
            case "removed tensor type": m.Tensors[0] = ("t", [32], 4); break;
            case "offset past the end": m.Offset = (name, offset) => name == "output_norm.weight" ? 1UL << 40 : offset; break;
            case "offset 2^63": m.Offset = (name, offset) => name == "output_norm.weight" ? Huge : offset; break;
            case "odd offset": m.Offset = (name, offset) => offset + 1; break;
            case "no architecture": m.Metadata.RemoveAt(0); break;
            case "no layers": m.U32("llama.block_count", 0); break;
            case "a million layers": m.U32("llama.block_count", 1_000_000); break;
            case "architecture as a number": m.U32("general.architecture", 1); break;
            case "fewer scores than tokens": m.List("tokenizer.ggml.scores", 6, [new byte[4]]); break;
            case "an adapter": m.Text("general.type", "adapter"); break;
            case "one part of three": m.U32("split.count", 3); break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, "unknown fault");
        }
    }

    // The writer cannot claim a wrong length for a key, so the bytes are put in front of everything.
    private static void RawKey(TinyModel m)
    {
        m.Metadata.Clear();
        m.Tensors.Clear();
        m.Magic = [.. "GGUF"u8, .. BitConverter.GetBytes(3u), .. BitConverter.GetBytes(0UL), .. BitConverter.GetBytes(1UL), .. BitConverter.GetBytes(Huge)];
    }
}
