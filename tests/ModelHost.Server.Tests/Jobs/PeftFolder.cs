using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine.Tests.Adapters;

namespace Platform.ModelHost.Server.Tests.Jobs;

/// <summary>A folder as PEFT leaves it, made by hand.</summary>
internal static class PeftFolder
{
    /// <summary>An adapter of one projection, as PEFT writes it.</summary>
    public static async Task SaveAsync(string folder, bool damaged = false)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "adapter_config.json"), """{"peft_type": "LORA", "lora_alpha": 16, "bias": "none"}""", TestContext.Current.CancellationToken);
        var random = new Random(5);
        var shape = RandomAdapter.Model.Tensors.Single(tensor => tensor.Name == "blk.0.ffn_up.weight").Shape;
        var (header, data) = (new JsonObject(), new MemoryStream());
        foreach (var (part, rows, length) in new[] { ("A", 4L, shape[0]), ("B", shape[1], 4L) })
        {
            var numbers = Enumerable.Range(0, (int)(rows * length)).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            var begin = data.Length;
            data.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
            header[$"base_model.model.model.layers.0.mlp.up_proj.lora_{part}.weight"] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(rows, length), ["data_offsets"] = new JsonArray(begin, data.Length) };
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] file = [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()];
        await File.WriteAllBytesAsync(Path.Combine(folder, "adapter_model.safetensors"), damaged ? file[..^100] : file, TestContext.Current.CancellationToken);
    }
}
