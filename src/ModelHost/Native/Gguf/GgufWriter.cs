using System.Runtime.InteropServices;
using System.Text;

namespace Platform.ModelHost.Native.Gguf;

/// <summary>Writes a GGUF file of version 3: metadata, then tensors. For adapters and models made here; floats are held in memory until they are written.</summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;
    private readonly List<(string Key, GgufType Type, byte[] Value)> metadata = [];
    private (int Entries, byte[] Bytes) copied = (0, []);
    private readonly List<(string Name, long[] Shape, int Type, long Bytes, Action<Stream> Write)> tensors = [];

    public GgufWriter Set(string key, string value) => Set(key, GgufType.Text, Sized(value));

    public GgufWriter Set(string key, uint value) => Set(key, GgufType.U32, BitConverter.GetBytes(value));

    public GgufWriter Set(string key, bool value) => Set(key, GgufType.Truth, [value ? (byte)1 : (byte)0]);

    public GgufWriter Set(string key, float value) => Set(key, GgufType.F32, BitConverter.GetBytes(value));

    public GgufWriter Set(string key, IReadOnlyList<string> values) => Set(key, GgufType.Text, values.Count, [.. values.SelectMany(Sized)]);

    public GgufWriter Set(string key, float[] values) => Set(key, GgufType.F32, values.Length, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public GgufWriter Set(string key, int[] values) => Set(key, GgufType.I32, values.Length, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Begins the metadata with all of another file, byte for byte. Keys of it must not be set again.</summary>
    /// <param name="header">The other file's, whose alignment must be the usual one.</param>
    /// <param name="file">That file.</param>
    public GgufWriter CopyMetadata(GgufHeader header, Stream file)
    {
        if (header.Metadata.TryGetValue("general.alignment", out var value) && (long)value.Numbers[0] != Alignment) { throw new GgufException(GgufFault.Alignment, $"general.alignment is {value.Numbers[0]}; files are written with {Alignment}."); }
        var bytes = new byte[header.MetadataEnd - GgufHeader.MetadataStart];
        file.Position = GgufHeader.MetadataStart;
        file.ReadExactly(bytes);
        copied = (header.Metadata.Count, bytes);
        return this;
    }

    /// <param name="name">At most 63 bytes.</param>
    /// <param name="shape">1 to 4 lengths, the fastest dimension first.</param>
    /// <param name="numbers">As many as the shape has places.</param>
    /// <exception cref="ArgumentException">Name, shape and numbers do not fit each other.</exception>
    public GgufWriter Add(string name, long[] shape, float[] numbers)
    {
        if (shape.Aggregate(1L, (a, b) => a * b) != numbers.Length) { throw new ArgumentException($"The tensor '{name}' has {numbers.Length} numbers, which do not fill {string.Join(" x ", shape)}.", nameof(numbers)); }
        return Add(name, shape, type: 0, stream => stream.Write(MemoryMarshal.AsBytes(numbers.AsSpan())));
    }

    /// <param name="name">At most 63 bytes.</param>
    /// <param name="shape">1 to 4 lengths, the fastest dimension first.</param>
    /// <param name="type">ggml's number of the tensor's type.</param>
    /// <param name="write">Writes the tensor's bytes, as many as type and shape take, when the file is written.</param>
    /// <exception cref="ArgumentException">Name, shape and type do not fit each other.</exception>
    public GgufWriter Add(string name, long[] shape, int type, Action<Stream> write)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > 63) { throw new ArgumentException($"The tensor's name '{name}' must have 1 to 63 bytes.", nameof(name)); }
        if (shape.Length is 0 or > 4) { throw new ArgumentException($"The tensor '{name}' has {shape.Length} dimensions; it must have 1 to 4.", nameof(shape)); }
        if (!GgufTensorTypes.TryFind((uint)type, out var block) || shape[0] % block.Elements != 0) { throw new ArgumentException($"The rows of the tensor '{name}' have {shape[0]} elements, which the type {type} does not pack.", nameof(type)); }
        tensors.Add((name, shape, type, shape.Aggregate(1L, (a, b) => a * b) / block.Elements * block.Bytes, write));
        return this;
    }

    public void Write(Stream stream)
    {
        using var file = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        file.Write("GGUF"u8);
        file.Write(3u);
        file.Write((ulong)tensors.Count);
        file.Write((ulong)(copied.Entries + metadata.Count));
        file.Write(copied.Bytes);
        var at = GgufHeader.MetadataStart + (long)copied.Bytes.Length;
        foreach (var (key, type, value) in metadata)
        {
            var name = Sized(key);
            file.Write(name);
            file.Write((uint)type);
            file.Write(value);
            at += name.Length + 4 + value.Length;
        }
        var offset = 0L;
        foreach (var (tensor, shape, type, bytes, _) in tensors)
        {
            var name = Sized(tensor);
            file.Write(name);
            file.Write((uint)shape.Length);
            foreach (var length in shape) { file.Write((ulong)length); }
            file.Write((uint)type);
            file.Write((ulong)offset);
            at += name.Length + 4 + 8L * shape.Length + 12;
            offset = Aligned(offset + bytes);
        }
        file.Write(new byte[Aligned(at) - at]);
        foreach (var (_, _, _, bytes, write) in tensors)
        {
            file.Flush();
            write(stream);
            file.Write(new byte[Aligned(bytes) - bytes]);
        }
    }

    private GgufWriter Set(string key, GgufType element, int count, byte[] values) =>
        Set(key, GgufType.List, [.. BitConverter.GetBytes((uint)element), .. BitConverter.GetBytes((ulong)count), .. values]);

    private GgufWriter Set(string key, GgufType type, byte[] value)
    {
        metadata.RemoveAll(m => m.Key == key);
        metadata.Add((key, type, value));
        return this;
    }

    private static byte[] Sized(string text) => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
