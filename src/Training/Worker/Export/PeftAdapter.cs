using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.ModelHost.Native.Gguf;
using Platform.Training.Graph;

namespace Platform.Training.Export;

/// <summary>Turns a LoRA adapter as PEFT saves it (adapter_config.json, adapter_model.safetensors) into a GGUF for a base that is served here. Both files are untrusted.</summary>
public static partial class PeftAdapter
{
    private const int LongestConfig = 1 << 20;
    private static readonly string[] NotApplied = ["use_dora", "fan_in_fan_out", "modules_to_save", "alpha_pattern", "lora_bias", "layer_replication", "trainable_token_indices", "target_parameters", "alora_invocation_tokens", "use_qalora"];
    private static readonly string[] PlainStarts = ["gaussian", "eva", "orthogonal"]; // all others change the base's weights, which are served unchanged
    private static readonly string[] Modules = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    /// <param name="folder">With the two files.</param>
    /// <param name="model">The file of the base that the adapter was trained on, in any type.</param>
    /// <param name="path">Where the adapter appears, whole or not at all.</param>
    /// <exception cref="TrainingException">It is of a kind that llama.cpp does not apply, or damaged.</exception>
    /// <exception cref="GgufException">It does not fit the base.</exception>
    public static void Convert(string folder, string model, string path)
    {
        var header = GgufReader.Read(model);
        GgufCheck.Run(header);
        var shape = ModelShape.Read(header);
        using var file = new SafetensorsFile(Path.Combine(folder, "adapter_model.safetensors"));
        var rank = file.Names.Where(n => n.Contains(".lora_A.", StringComparison.Ordinal)).Select(n => file.SizeOf(n).Rows).Distinct().ToArray();
        var alpha = Alpha(Path.Combine(folder, "adapter_config.json"), rank);
        AdapterFile.Write(header, null, alpha, file.Names.Select(name => Tensor(file, name, shape)), path);
    }

    private static (string, long, long, float[]) Tensor(SafetensorsFile file, string name, ModelShape shape)
    {
        var match = TensorName().Match(name);
        var module = match.Success ? Array.IndexOf(Modules, match.Groups["module"].Value) : -1;
        if (module < 0) { throw Refused($"changes '{name}', which is not applied; projections of attention and of the inner network are"); }
        var (projection, isB) = ((Projection)module, match.Groups["part"].Value == "B");
        var (rows, length) = file.SizeOf(name);
        var numbers = file.Read(name);
        var heads = projection switch { Projection.Query => shape.Heads, Projection.Key => shape.KeyHeads, _ => 0 };
        if (isB && heads > 0 && !shape.IsNeox) { numbers = Interleaved(numbers, heads, rows, length); }
        return ($"{ProjectionNames.Tensor(int.Parse(match.Groups["layer"].Value, System.Globalization.CultureInfo.InvariantCulture), projection)}.weight.lora_{(isB ? "b" : "a")}", length, rows, numbers);
    }

    /// <summary>Files of llama models keep the two halves of a head's rows in turn, since their heads are turned by neighbours.</summary>
    private static float[] Interleaved(float[] numbers, int heads, long rows, long length)
    {
        if (rows % (2 * heads) != 0) { throw Refused($"has {rows} rows for {heads} heads"); }
        var (width, turned) = ((int)(rows / heads), new float[numbers.Length]);
        for (var row = 0; row < rows; row++)
        {
            var (head, at) = Math.DivRem(row, width);
            var from = head * width + at % 2 * (width / 2) + at / 2;
            numbers.AsSpan((int)(from * length), (int)length).CopyTo(turned.AsSpan((int)(row * length)));
        }
        return turned;
    }

    private static float Alpha(string path, long[] ranks)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= LongestConfig }) { throw Refused($"has no adapter_config.json, or one of more than {LongestConfig} bytes"); }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var config = json.RootElement;
            if (!config.TryGetProperty("peft_type", out var kind) || kind.ValueEquals("LORA") is false) { throw Refused("is not of the peft_type LORA"); }
            foreach (var name in NotApplied)
            {
                if (config.TryGetProperty(name, out var value) && !IsNothing(value)) { throw Refused($"uses {name}, which llama.cpp does not apply"); }
            }
            if (config.TryGetProperty("bias", out var bias) && !bias.ValueEquals("none")) { throw Refused("trained biases, which llama.cpp does not apply"); }
            if (config.TryGetProperty("init_lora_weights", out var start) && start.ValueKind == JsonValueKind.String && !PlainStarts.Contains(start.GetString()))
            {
                throw Refused($"began with init_lora_weights '{start.GetString()}', which changes the base model too: on the base that is served here it would answer nonsense. Save it again with path_initial_model_for_weight_conversion, or train it with another start");
            }
            var isOneRank = !config.TryGetProperty("rank_pattern", out var pattern) || IsNothing(pattern);
            if (isOneRank && config.TryGetProperty("r", out var told) && told.GetInt64() is var rank && ranks.Any(other => other != rank))
            {
                throw Refused($"has weights of rank {string.Join(", ", ranks)}, and its adapter_config.json says r = {rank}: the two are not of one training, and by how much it is to count (lora_alpha / r) is not known. Save both together again");
            }
            var alpha = config.GetProperty("lora_alpha").GetSingle();
            if (!config.TryGetProperty("use_rslora", out var stable) || stable.ValueKind != JsonValueKind.True) { return alpha; }
            return ranks.Length == 1 ? alpha * MathF.Sqrt(ranks[0]) : throw Refused("is rank-stabilised with several ranks, which llama.cpp does not apply");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new TrainingException(TrainingFault.Data, $"adapter_config.json cannot be read: {fault.Message}", fault);
        }
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static TrainingException Refused(string why) => new(TrainingFault.Data, $"The PEFT adapter {why}.");

    [GeneratedRegex(@"^base_model\.model\.model\.layers\.(?<layer>\d{1,4})\.(?<module>[a-z_.]+)\.lora_(?<part>[AB])(\.default)?\.weight$")]
    private static partial Regex TensorName();
}
