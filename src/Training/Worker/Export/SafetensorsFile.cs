using System.Buffers.Binary;
using System.Text.Json;
using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Export;

/// <summary>Reads tensors of a safetensors file: a length, a JSON header, numbers. Untrusted: every offset is checked before it is used.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int LongestHeader = 16 << 20, MostTensors = 65_536, MostNumbers = 1 << 28;
    private static readonly Dictionary<string, TensorType> Types = new() { ["F32"] = TensorType.F32, ["F16"] = TensorType.F16, ["BF16"] = TensorType.BF16 };
    private readonly FileStream file;
    private readonly Dictionary<string, Entry> entries = [];

    /// <exception cref="TrainingException">It is no safetensors file, or damaged.</exception>
    internal SafetensorsFile(string path)
    {
        file = File.OpenRead(path);
        try
        {
            ReadHeader();
        }
        catch (Exception fault)
        {
            file.Dispose();
            if (fault is JsonException) { throw new TrainingException(TrainingFault.Data, $"The safetensors file's header cannot be read: {fault.Message}", fault); }
            throw;
        }
    }

    internal IEnumerable<string> Names => entries.Keys;

    /// <summary>Rows and numbers of a row.</summary>
    internal (long Rows, long Length) SizeOf(string name) => (entries[name].Rows, entries[name].Length);

    internal float[] Read(string name)
    {
        var entry = entries[name];
        var bytes = new byte[entry.Bytes];
        file.Position = entry.Start;
        file.ReadExactly(bytes);
        var floats = new float[entry.Rows * entry.Length];
        TensorData.ToFloats(entry.Type, bytes, floats);
        return floats;
    }

    private void ReadHeader()
    {
        var start = new byte[8];
        if (file.Length < start.Length) { throw Refused($"has {file.Length} bytes"); }
        file.ReadExactly(start);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > LongestHeader || (long)length > file.Length - start.Length) { throw Refused($"claims a header of {length} bytes"); }
        var header = new byte[length];
        file.ReadExactly(header);
        using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
        if (json.RootElement.ValueKind != JsonValueKind.Object) { throw Refused("has a header that is no object"); }
        foreach (var tensor in json.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
        {
            if (entries.Count == MostTensors || !entries.TryAdd(tensor.Name, EntryOf(tensor, start.Length + (long)length))) { throw Refused($"has more than {MostTensors} tensors, or '{tensor.Name}' twice"); }
        }
    }

    private Entry EntryOf(JsonProperty tensor, long dataStart)
    {
        var isRead = tensor.Value.ValueKind == JsonValueKind.Object & Text("dtype", out var kind) & Numbers("shape", out var shape) & Numbers("data_offsets", out var offsets);
        if (!isRead || shape.Length != 2 || offsets.Length != 2) { throw Refused($"says of '{tensor.Name}' what is not understood: a matrix needs dtype, shape and data_offsets"); }
        if (!Types.TryGetValue(kind, out var type)) { throw Refused($"has '{tensor.Name}' as {kind}; F32, F16 and BF16 are read"); }
        if (shape.Any(s => s is < 1 or > MostNumbers) || shape[0] * shape[1] > MostNumbers) { throw Refused($"has '{tensor.Name}' with {shape[0]} x {shape[1]} numbers"); }
        var bytes = TensorData.Bytes(type, shape[0] * shape[1]);
        if (offsets[0] < 0 || offsets[1] - offsets[0] != bytes || offsets[1] > file.Length - dataStart) { throw Refused($"has '{tensor.Name}' at {offsets[0]} to {offsets[1]}, where its {bytes} bytes are not"); }
        return new Entry(type, shape[0], shape[1], dataStart + offsets[0], bytes);

        bool Text(string name, out string text)
        {
            text = tensor.Value.ValueKind == JsonValueKind.Object && tensor.Value.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            return text.Length > 0;
        }

        bool Numbers(string name, out long[] numbers)
        {
            numbers = tensor.Value.ValueKind == JsonValueKind.Object && tensor.Value.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
                ? [.. value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out var n) ? n : -1)] : [];
            return numbers.Length > 0;
        }
    }

    private static TrainingException Refused(string why) => new(TrainingFault.Data, $"The safetensors file {why}. It is damaged or not of this kind.");

    public void Dispose() => file.Dispose();

    private sealed record Entry(TensorType Type, long Rows, long Length, long Start, long Bytes);
}
