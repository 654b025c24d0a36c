using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>Fault 14: what does not fit or is damaged is refused before it is attached, and the base model goes on.</summary>
public sealed class AdapterFaultTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-adapters-").FullName;
    private ModelEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder });

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public static TheoryData<string, GgufFault> Faults => new()
    {
        { "nan", GgufFault.AdapterNumbers }, { "infinite", GgufFault.AdapterNumbers }, { "alpha", GgufFault.AdapterNumbers }, { "architecture", GgufFault.AdapterBase }, { "sha", GgufFault.AdapterBase },
        { "model", GgufFault.AdapterBase }, { "type", GgufFault.AdapterBase }, { "foreign", GgufFault.AdapterBase }, { "alone", GgufFault.AdapterShape }, { "shape", GgufFault.AdapterShape },
        { "rank", GgufFault.AdapterShape }, { "name", GgufFault.AdapterShape }, { "alpha type", GgufFault.ValueType }, { "cut", GgufFault.TensorOffset }, { "none", GgufFault.NotGguf },
        { "wide", GgufFault.AdapterShape },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task Fault_14_a_bad_adapter_is_refused_by_name_and_reason_and_the_base_goes_on(string what, GgufFault fault)
    {
        var expected = (await Answer.OfAsync(engine, SeedModels.Greedy("The river"))).Text;
        Make(what);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, SeedModels.Greedy("The river") with { Adapters = [new AdapterChoice("bad")] }));
        Assert.Equal((EngineErrorKind.InvalidModelFile, "lora"), (refusal.Kind, refusal.Parameter));
        Assert.Equal(fault, Assert.IsType<GgufException>(refusal.InnerException).Fault);
        Assert.Contains("'bad'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(expected, (await Answer.OfAsync(engine, SeedModels.Greedy("The river"))).Text);
    }

    /// <summary>Its numbers are sound one by one; what the model makes of them is not.</summary>
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(2, 0, null)]
    [InlineData(0, 1, null)]
    [InlineData(0, 1, """root ::= "a" | "b" """)]
    public async Task An_adapter_that_leads_to_no_numbers_ends_the_answer_with_a_reason(int beams, float temperature, string? grammar)
    {
        RandomAdapter.Write(Path.Combine(folder, "huge.gguf"), 1, number: n => n * 1e30f);
        var greedy = SeedModels.Greedy("The river", 5);
        var request = greedy with { Adapters = [new AdapterChoice("huge")], Beam = beams == 0 ? null : new BeamOptions(beams), Sampling = greedy.Sampling with { Temperature = temperature }, Grammar = grammar is null ? null : new GrammarOptions(grammar) };
        Assert.Contains("are no numbers", (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, request))).Message, StringComparison.Ordinal);
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river"))).Text);
    }

    [Fact]
    public async Task An_adapter_that_states_its_base_is_taken_by_that_base()
    {
        RandomAdapter.Write(Path.Combine(folder, "good.gguf"), 1, w => w.Set(AdapterCheck.BaseSha256Key, engine.Find(SeedModels.Chat).Sha256));
        Assert.Single((await Answer.OfAsync(engine, SeedModels.Greedy("The river") with { Adapters = [new AdapterChoice("good")] })).End.Ran.Adapters);
    }

    private void Make(string what)
    {
        var file = Path.Combine(folder, "bad.gguf");
        var tensor = RandomAdapter.Model.Tensors.First(t => t.Name.Contains("attn_k", StringComparison.Ordinal));
        var count = 0;
        switch (what)
        {
            case "nan": RandomAdapter.Write(file, 1, number: n => ++count == 5_001 ? float.NaN : n); break;
            case "infinite": RandomAdapter.Write(file, 1, number: n => ++count == 7 ? float.NegativeInfinity : n); break;
            case "alpha": RandomAdapter.Write(file, 1, w => w.Set("adapter.lora.alpha", float.NaN)); break;
            case "alpha type": RandomAdapter.Write(file, 1, w => w.Set("adapter.lora.alpha", 4u)); break;
            case "architecture": RandomAdapter.Write(file, 1, w => w.Set("general.architecture", "gemma3")); break;
            case "sha": RandomAdapter.Write(file, 1, w => w.Set(AdapterCheck.BaseSha256Key, new string('0', 64))); break;
            case "model": File.Copy(SeedModels.ChatFile, file); break;
            case "type": RandomAdapter.Write(file, 1, w => w.Set("adapter.type", "control_vector")); break;
            case "foreign": RandomAdapter.Write(file, 1, w => w.Add("blk.99.attn_k.weight.lora_a", [8, 4], new float[32]).Add("blk.99.attn_k.weight.lora_b", [4, 8], new float[32])); break;
            case "alone": RandomAdapter.Write(file, 1, w => w.Add(tensor.Name + ".lora_a", [tensor.Shape[0], 4], new float[tensor.Shape[0] * 4])); break;
            case "shape": RandomAdapter.Write(file, 1, w => w.Add(tensor.Name + ".lora_a", [8, 4], new float[32]).Add(tensor.Name + ".lora_b", [4, 8], new float[32])); break;
            case "rank": RandomAdapter.Write(file, 1, w => w.Add(tensor.Name + ".lora_a", [tensor.Shape[0], 4], new float[tensor.Shape[0] * 4]).Add(tensor.Name + ".lora_b", [5, tensor.Shape[1]], new float[tensor.Shape[1] * 5])); break;
            case "wide": // of a higher rank than the matrix can have
                var wide = (int)Math.Min(tensor.Shape[0], tensor.Shape[1]) + 1;
                RandomAdapter.Write(file, 1, w => w.Add(tensor.Name + ".lora_a", [tensor.Shape[0], wide], new float[tensor.Shape[0] * wide]).Add(tensor.Name + ".lora_b", [wide, tensor.Shape[1]], new float[tensor.Shape[1] * wide]));
                break;
            case "name": RandomAdapter.Write(file, 1, w => w.Add("stray", [8], new float[8])); break;
            case "cut":
                RandomAdapter.Write(file, 1);
                using (var open = File.OpenWrite(file)) { open.SetLength(open.Length / 2); }
                break;
            default: File.WriteAllText(file, new string('x', 1_000)); break;
        }
    }
}
