using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Platform.ModelHost.Native.Gguf;
using Platform.Training.Export;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>Adapters that PEFT saved are served as they were trained; what llama.cpp would not apply is refused.</summary>
public sealed class PeftAdapterTests : IDisposable
{
    private static readonly string[] Modules = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];
    private readonly TemporaryFolder folder = new();

    private string Converted => Path.Combine(folder.Path, "converted.gguf");

    [Theory]
    [InlineData("llama", false)]
    [InlineData("llama", true)]
    [InlineData("qwen2", false)]
    [InlineData("qwen3", false)]
    public void An_adapter_of_peft_is_the_same_adapter_here(string architecture, bool isRankStabilised)
    {
        var synthetic = new SyntheticModel { Architecture = architecture };
        var model = synthetic.Write(folder);
        using var site = new TrainingSite(model, Precision.Fast);
        Save(Tensors(site, synthetic), Config() with { IsRankStabilised = isRankStabilised, Alpha = isRankStabilised ? 8 : 32 }); // 8 · √16 is 32
        PeftAdapter.Convert(folder.Path, model, Converted);
        var direct = Path.Combine(folder.Path, "direct.gguf");
        AdapterFile.Write(site.Adapter, model, new string('a', 64), direct);
        int[] tokens = [.. Enumerable.Range(0, 20).Select(i => i * 37 % 96)];
        Assert.Equal(LogitParity.Served(model, direct, tokens, TestContext.Current.CancellationToken), LogitParity.Served(model, Converted, tokens, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_is_not_applied_or_damaged_is_refused_with_its_reason()
    {
        var model = new SyntheticModel().Write(folder);
        var good = new Dictionary<string, (int, int, float[])> { ["base_model.model.model.layers.0.mlp.up_proj.lora_A.weight"] = (16, 64, new float[1024]), ["base_model.model.model.layers.0.mlp.up_proj.lora_B.weight"] = (96, 16, new float[1536]) };
        Save(good, Config());
        PeftAdapter.Convert(folder.Path, model, Converted);
        Refused("use_dora", good, Config() with { Extra = ("use_dora", true) });
        Refused("modules_to_save", good, Config() with { Extra = ("modules_to_save", new JsonArray("lm_head")) });
        Refused("not of the peft_type LORA", good, Config() with { Kind = "IA3" });
        Refused("changes the base model too", good, Config() with { Extra = ("init_lora_weights", "pissa_niter_16") });
        Refused("changes the base model too", good, Config() with { Extra = ("init_lora_weights", "olora") });
        Refused("layer_replication", good, Config() with { Extra = ("layer_replication", new JsonArray(new JsonArray(0, 2))) });
        Refused("rank 16, and its adapter_config.json says r = 8", good, Config() with { Extra = ("r", 8) });
        foreach (var start in (JsonNode[])[true, false, "gaussian"])
        {
            Save(good, Config() with { Extra = ("init_lora_weights", start) });
            PeftAdapter.Convert(folder.Path, model, Converted);
        }
        Refused("trained biases", good, Config() with { Extra = ("bias", "all") });
        Refused("'base_model.model.lm_head.lora_A.weight'", new() { ["base_model.model.lm_head.lora_A.weight"] = (16, 64, new float[1024]) }, Config());
        Save(good, Config());
        var file = Path.Combine(folder.Path, "adapter_model.safetensors");
        var bytes = File.ReadAllBytes(file);
        foreach (var damaged in (byte[][])[[], bytes[..7], bytes[..100], bytes[..^1], [.. Enumerable.Repeat((byte)255, 64)], [4, 0, 0, 0, 0, 0, 0, 0, .. "[{}]"u8], [9, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":123}"u8]])
        {
            File.WriteAllBytes(file, damaged);
            Assert.Equal(TrainingFault.Data, Assert.Throws<TrainingException>(() => PeftAdapter.Convert(folder.Path, model, Converted)).Fault);
        }
        Save(new() { ["base_model.model.model.layers.7.mlp.up_proj.lora_A.weight"] = (16, 64, new float[1024]), ["base_model.model.model.layers.7.mlp.up_proj.lora_B.weight"] = (96, 16, new float[1536]) }, Config());
        Assert.Contains("blk.7.ffn_up", Assert.Throws<GgufException>(() => PeftAdapter.Convert(folder.Path, model, Converted)).Message, StringComparison.Ordinal);

        void Refused(string words, Dictionary<string, (int, int, float[])> tensors, PeftConfig config)
        {
            Save(tensors, config);
            Assert.Contains(words, Assert.Throws<TrainingException>(() => PeftAdapter.Convert(folder.Path, model, Converted)).Message, StringComparison.Ordinal);
        }
    }

    private static PeftConfig Config() => new("LORA", 32, false, ("bias", "none"));

    /// <summary>The adapter's tensors as PEFT names and orders them: of llama models the halves of a head lie one after the other.</summary>
    private static Dictionary<string, (int, int, float[])> Tensors(TrainingSite site, SyntheticModel model)
    {
        var tensors = new Dictionary<string, (int, int, float[])>();
        for (var layer = 0; layer < model.Layers; layer++)
        {
            foreach (var projection in ProjectionNames.All)
            {
                foreach (var part in (string[])["a", "b"])
                {
                    var trained = site.Adapter.Trained.Single(t => t.Name == $"{ProjectionNames.Tensor(layer, projection)}.weight.lora_{part}").Value;
                    var (length, rows, numbers) = ((int)trained.Length(0), (int)trained.Length(1), trained.ToArray());
                    if (part == "b" && model.Architecture == "llama" && (projection is Projection.Query or Projection.Key)) { numbers = Halved(numbers, rows, length, model.HeadWidth); }
                    tensors[$"base_model.model.model.layers.{layer}.{Modules[(int)projection]}.lora_{part.ToUpperInvariant()}.weight"] = (rows, length, numbers);
                }
            }
        }
        return tensors;
    }

    private static float[] Halved(float[] numbers, int rows, int length, int width)
    {
        var halved = new float[numbers.Length];
        for (var row = 0; row < rows; row++)
        {
            var (head, at) = (row / width, row % width);
            Array.Copy(numbers, (head * width + (at < width / 2 ? 2 * at : 2 * (at - width / 2) + 1)) * length, halved, row * length, length);
        }
        return halved;
    }

    private void Save(Dictionary<string, (int Rows, int Length, float[] Numbers)> tensors, PeftConfig config)
    {
        var (header, offset) = (new JsonObject(), 0);
        foreach (var (name, (rows, length, numbers)) in tensors)
        {
            header[name] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(rows, length), ["data_offsets"] = new JsonArray(offset, offset + 4 * numbers.Length) };
            offset += 4 * numbers.Length;
        }
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(Path.Combine(folder.Path, "adapter_model.safetensors"), [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. tensors.Values.SelectMany(t => MemoryMarshal.AsBytes(t.Numbers.AsSpan()).ToArray())]);
        var json = new JsonObject { ["peft_type"] = config.Kind, ["r"] = 16, ["lora_alpha"] = config.Alpha, ["use_rslora"] = config.IsRankStabilised };
        json[config.Extra.Name] = config.Extra.Value.DeepClone();
        File.WriteAllText(Path.Combine(folder.Path, "adapter_config.json"), json.ToJsonString());
    }

    public void Dispose() => folder.Dispose();

    private sealed record PeftConfig(string Kind, float Alpha, bool IsRankStabilised, (string Name, JsonNode Value) Extra);
}
