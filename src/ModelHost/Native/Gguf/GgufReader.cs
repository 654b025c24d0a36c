using System.Buffers.Binary;

namespace Platform.ModelHost.Native.Gguf;

/// <summary>Reads a GGUF header in managed code, checking every number before it is used. Long lists are measured and not kept, so a hostile file costs neither memory nor time.</summary>
public static class GgufReader
{
    private const int MostEntries = 65_536, LongestKey = 256, LongestKeptText = 64 << 10, MostKeptNumbers = 1_024, MostArrayElements = 1 << 24, LongestTensorName = 63, DefaultAlignment = 32, MostAlignment = 1 << 20;
    private const int MostTokens = 1 << 20, LongestToken = 64 << 10;
    private const string VocabularyKey = "tokenizer.ggml.tokens";
    private const long MostKeptBytes = 8 << 20;

    /// <exception cref="GgufException">The file is refused; the fault names the reason.</exception>
    public static GgufHeader Read(string path)
    {
        using var file = Open(path);
        return Read(file, file.Length);
    }

    /// <summary>Opens a file that may be one, which others may replace or delete meanwhile. One without bytes is not opened: it may be a pipe, where that would wait for a writer.</summary>
    /// <exception cref="GgufException">It is empty.</exception>
    public static FileStream Open(string path)
    {
        FileSystemInfo info = new FileInfo(path);
        if ((info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true, Length: 0 }) { throw TooShort(0); }
        return new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan, Share = FileShare.ReadWrite | FileShare.Delete });
    }

    /// <inheritdoc cref="Read(string)"/>
    public static GgufHeader Read(Stream stream, long length)
    {
        var source = new GgufSource(stream, length);
        var version = Preamble(source);
        var tensors = Count(source, "tensors");
        var keys = Count(source, "metadata entries");
        var metadata = Metadata(source, keys);
        var metadataEnd = source.Position;
        var table = new List<GgufTensor>(tensors);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tensors; i++) { table.Add(Tensor(source, names)); }
        var alignment = Alignment(metadata);
        var data = (source.Position + alignment - 1) / alignment * alignment;
        foreach (var tensor in table) { Place(tensor, alignment, data, length); }
        return new GgufHeader(version, metadata, table, data, length) { MetadataEnd = metadataEnd };
    }

    private static uint Preamble(GgufSource source)
    {
        if (source.Length < 24) { throw TooShort(source.Length); }
        if (!source.Take(4, "the magic").SequenceEqual("GGUF"u8)) { throw new GgufException(GgufFault.NotGguf, "The file does not begin with GGUF. Name a model in the GGUF format."); }
        var version = source.UInt32("the version");
        if (version is 2 or 3) { return version; }
        throw new GgufException(GgufFault.Version, BinaryPrimitives.ReverseEndianness(version) is 2 or 3
            ? "The file is written for big-endian machines. Convert it, or take the usual little-endian one."
            : $"The file has GGUF version {version}; versions 2 and 3 are read. Convert the model again with a current llama.cpp.");
    }

    private static GgufException TooShort(long length) => new(GgufFault.Truncated, length == 0
        ? "The file has no bytes: it is empty, or a pipe or a device and no file. Put a GGUF file in its place."
        : $"The file has {length} bytes; a GGUF file has at least 24. Download it again.");

    private static int Count(GgufSource source, string what)
    {
        var count = source.UInt64($"the number of {what}");
        return count <= MostEntries ? (int)count : throw new GgufException(GgufFault.Count, $"The file claims {count} {what}; {MostEntries} is the most. It is damaged: download it again.");
    }

    private static Dictionary<string, GgufValue> Metadata(GgufSource source, int count)
    {
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var what = $"the name of metadata entry {i}";
            var bytes = source.TextLength(what);
            if (bytes is 0 or > LongestKey) { throw new GgufException(GgufFault.Key, $"The name of metadata entry {i} has {bytes} bytes; it must have 1 to {LongestKey}."); }
            var key = source.Text(bytes, what);
            if (!metadata.TryAdd(key, Value(source, key))) { throw new GgufException(GgufFault.DuplicateKey, $"The metadata key '{key}' stands twice."); }
        }
        return metadata;
    }

    private static GgufValue Value(GgufSource source, string key)
    {
        var type = Type(source, key);
        if (type == GgufType.Text) { return new GgufValue(type, type, 1, [], Text(source, key)); }
        if (type != GgufType.List) { return new GgufValue(type, type, 1, [Number(source, type, key)], null); }
        var element = Type(source, key);
        var count = source.UInt64($"the length of '{key}'");
        if (element == GgufType.List) { throw new GgufException(GgufFault.ValueType, $"'{key}' is a list of lists, which llama.cpp does not read."); }
        if (count > MostArrayElements || count * (ulong)Size(element) > (ulong)source.Left)
        {
            throw new GgufException(GgufFault.ArrayLength, $"The list '{key}' claims {count} elements; {MostArrayElements} is the most, and {source.Left} bytes are left in the file. The file is damaged or cut: download it again.");
        }
        if (key == VocabularyKey && element == GgufType.Text) { return new GgufValue(type, element, (long)count, [], null, Distinct: DistinctTexts(source, (long)count, key)); }
        return Elements(source, element, (long)count, key);
    }

    /// <summary>How many of the texts differ. llama.cpp ends the process over two tokens of one text; it cuts a text at NUL and gives the empty ones names of their own.</summary>
    private static long DistinctTexts(GgufSource source, long count, string key)
    {
        if (count > MostTokens) { throw new GgufException(GgufFault.Vocabulary, $"'{key}' has {count} tokens; {MostTokens} is the most."); }
        var hashes = new ulong[count];
        for (var i = 0; i < hashes.Length; i++)
        {
            var bytes = source.TextLength($"an element of '{key}'");
            if (bytes > LongestToken) { throw new GgufException(GgufFault.Vocabulary, $"Token {i} has {bytes} bytes; {LongestToken} is the most."); }
            var text = source.Take((int)bytes, key);
            var nul = text.IndexOf((byte)0);
            hashes[i] = Hash(nul < 0 ? text : text[..nul], (ulong)i);
        }
        Array.Sort(hashes);
        var distinct = Math.Min(1, count);
        for (var i = 1; i < hashes.Length; i++) { distinct += hashes[i] != hashes[i - 1] ? 1 : 0; }
        return distinct;
    }

    // FNV-1a. Two texts of one hash are refused as if they were equal: with a million tokens that is a chance of 1 in 30 million.
    private static ulong Hash(ReadOnlySpan<byte> text, ulong index)
    {
        var hash = text.IsEmpty ? index : 14_695_981_039_346_656_037;
        foreach (var b in text) { hash = unchecked((hash ^ b) * 1_099_511_628_211); }
        return hash;
    }

    private static GgufValue Elements(GgufSource source, GgufType element, long count, string key)
    {
        if (element == GgufType.Text)
        {
            for (var i = 0L; i < count; i++) { source.Skip(source.TextLength($"an element of '{key}'"), key); }
            return new GgufValue(GgufType.List, element, count, [], null);
        }
        var numbers = new double[count <= MostKeptNumbers ? count : 0];
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0L; i < count; i++)
        {
            var number = Number(source, element, key);
            (least, most) = (Math.Min(least, number), Math.Max(most, number));
            if (i < numbers.Length) { numbers[i] = number; }
        }
        return new GgufValue(GgufType.List, element, count, numbers, null, least, most);
    }

    private static GgufType Type(GgufSource source, string key)
    {
        var type = source.UInt32($"the type of '{key}'");
        return type <= (uint)GgufType.F64 ? (GgufType)type : throw new GgufException(GgufFault.ValueType, $"'{key}' has the type {type}; types are 0 to 12.");
    }

    private static string? Text(GgufSource source, string key)
    {
        var bytes = source.TextLength($"the text of '{key}'");
        if (bytes <= LongestKeptText && source.Position < MostKeptBytes) { return source.Text(bytes, $"the text of '{key}'"); }
        source.Skip(bytes, $"the text of '{key}'");
        return null;
    }

    private static double Number(GgufSource source, GgufType type, string key)
    {
        var bytes = source.Take(Size(type), $"the value of '{key}'");
        return type switch
        {
            GgufType.U8 or GgufType.Truth => bytes[0],
            GgufType.I8 => (sbyte)bytes[0],
            GgufType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufType.I16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufType.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            GgufType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    /// <summary>Bytes of a value in the file; of a text, the least.</summary>
    private static int Size(GgufType type) => type switch
    {
        GgufType.U8 or GgufType.I8 or GgufType.Truth => 1,
        GgufType.U16 or GgufType.I16 => 2,
        GgufType.U32 or GgufType.I32 or GgufType.F32 => 4,
        _ => 8,
    };

    private static int Alignment(Dictionary<string, GgufValue> metadata)
    {
        if (!metadata.TryGetValue("general.alignment", out var value)) { return DefaultAlignment; }
        var alignment = value.Type == GgufType.U32 ? value.Numbers[0] : 0;
        return alignment is >= 1 and <= MostAlignment && double.IsPow2(alignment) ? (int)alignment
            : throw new GgufException(GgufFault.Alignment, $"general.alignment is {alignment}; it must be a power of two of at most {MostAlignment}.");
    }

    private static GgufTensor Tensor(GgufSource source, HashSet<string> names)
    {
        var bytes = source.TextLength("a tensor's name");
        if (bytes is 0 or > LongestTensorName) { throw new GgufException(GgufFault.TensorName, $"A tensor's name has {bytes} bytes; it must have 1 to {LongestTensorName}."); }
        var name = source.Text(bytes, "a tensor's name");
        if (!names.Add(name)) { throw new GgufException(GgufFault.DuplicateTensor, $"The tensor '{name}' stands twice."); }
        var dimensions = source.UInt32($"the dimensions of '{name}'");
        if (dimensions is 0 or > 4) { throw new GgufException(GgufFault.TensorShape, $"The tensor '{name}' has {dimensions} dimensions; it must have 1 to 4."); }
        var shape = new long[dimensions];
        for (var i = 0; i < shape.Length; i++) { shape[i] = (long)source.UInt64($"the shape of '{name}'"); }
        var type = source.UInt32($"the type of '{name}'");
        if (!GgufTensorTypes.TryFind(type, out var block)) { throw new GgufException(GgufFault.TensorType, $"The tensor '{name}' has the type {type}, which llama.cpp v{BootCheck.Version} does not know."); }
        var size = Bytes(name, shape, block);
        return new GgufTensor(name, shape, (int)type, (long)Math.Min(source.UInt64($"the offset of '{name}'"), long.MaxValue), size);
    }

    private static long Bytes(string name, long[] shape, (int Elements, int Bytes) block)
    {
        var elements = UInt128.One;
        foreach (var length in shape)
        {
            // Dimensions of 2^31 overflow 32-bit arithmetic in kernels, and no model has them.
            if (length is < 1 or >= int.MaxValue) { throw new GgufException(GgufFault.TensorShape, $"A dimension of the tensor '{name}' is {length}; it must be 1 to {int.MaxValue - 1}."); }
            elements *= (ulong)length; // at most 2^124
        }
        if (elements > long.MaxValue / 64) { throw new GgufException(GgufFault.TensorShape, $"The tensor '{name}' has {elements} elements, more than any file holds."); }
        if (shape[0] % block.Elements != 0) { throw new GgufException(GgufFault.TensorShape, $"The rows of the tensor '{name}' have {shape[0]} elements; its type packs {block.Elements} at a time."); }
        return (long)elements / block.Elements * block.Bytes;
    }

    private static void Place(GgufTensor tensor, int alignment, long data, long length)
    {
        if (tensor.Offset % alignment != 0) { throw new GgufException(GgufFault.TensorOffset, $"The tensor '{tensor.Name}' begins at {tensor.Offset}, which is no multiple of {alignment}."); }
        if (tensor.Offset > length - data || tensor.Bytes > length - data - tensor.Offset)
        {
            throw new GgufException(GgufFault.TensorOffset, $"The tensor '{tensor.Name}' has {tensor.Bytes} bytes at {tensor.Offset} of the data, which has {Math.Max(0, length - data)}. The file is cut or damaged: download it again.");
        }
    }
}
