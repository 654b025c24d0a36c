using System.Security.Cryptography;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>Writing models in smaller formats: each works and foretells a text about as well as what it was made of.</summary>
public sealed class QuantizeTests : IAsyncLifetime
{
    private const string Half = "half";
    private readonly WorkingEngine working = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ModelEngine Engine => working.Engine;

    /// <summary>A 16-bit model to begin with: the seed model's own weights, which have 8 bits, written longer.</summary>
    public async ValueTask InitializeAsync()
    {
        LlamaLibrary.Load();
        const int f16 = 1;
        ModelQuantization.Run(SeedModels.ChatFile, Path.Combine(working.Models, Half + ".gguf"), f16, threads: 1, _ => { });
        await File.WriteAllTextAsync(Path.Combine(working.Models, Half + ".md"), "---\nanswers: false\n---\n", Cancellation);
        await working.StartAsync();
    }

    public ValueTask DisposeAsync() => working.DisposeAsync();

    /// <summary>The tolerances are about four times what was measured on the text that comes with the program.</summary>
    [Fact]
    public async Task Each_format_foretells_a_text_nearly_as_well_as_the_original()
    {
        var original = await MeasureAsync(Half);
        var offered = Engine.KnownModels.Single(model => model.Id == Half).Traits!.Smaller.ToDictionary(to => to.Format, to => to.Bytes);
        Assert.Equal(["q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0"], offered.Keys); // what is refused or gains nothing is not offered
        Assert.InRange(original.Perplexity, 2, 16_384);
        foreach (var (format, tolerance) in new[] { ("bf16", 0.002), ("q8_0", 0.002), ("q6_k", 0.005), ("q5_k_m", 0.01), ("q4_k_m", 0.01), ("q4_0", 0.02) })
        {
            var made = await Engine.Work.Quantize.RunAsync(new QuantizeRequest("job", Half, format, null), _ => { }, Cancellation);
            Assert.Equal($"{Half}-{format}", made.ModelId);
            var file = Path.Combine(working.Models, made.ModelId + ".gguf");
            Assert.Equal((new FileInfo(file).Length, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, Cancellation)))), (made.BytesAfter, made.Sha256));
            Assert.True(format == "bf16" || made.BytesAfter < made.BytesBefore);
            Assert.False(made.IsRequantized);
            if (offered.TryGetValue(format, out var told)) { Assert.InRange((double)told / made.BytesAfter, 0.95, 1.05); }
            var found = await MeasureAsync(made.ModelId);
            TestContext.Current.SendDiagnosticMessage($"{format}: {made.BytesAfter:N0} bytes, perplexity {found.Perplexity:N2} ± {found.StandardError:N2} of {original.Perplexity:N2}");
            Assert.Equal(original.Tokens, found.Tokens);
            Assert.InRange(found.Perplexity / original.Perplexity, 1 - tolerance, 1 + tolerance);
        }
    }

    [Fact]
    public async Task The_new_model_is_known_loads_answers_and_may_do_what_the_old_one_may()
    {
        var shares = new List<double>();
        var made = await Engine.Work.Quantize.RunAsync(new QuantizeRequest("job", SeedModels.Chat, "q4_0", "small"), shares.Add, Cancellation);
        Assert.True(made.IsRequantized);
        Assert.Equal("small", made.ModelId);
        Assert.Equal(1, shares[^1]);
        Assert.Equal(shares.Order(), shares);
        Assert.Contains(Engine.KnownModels, model => model.Id == "small");
        Assert.NotEmpty((await Answer.OfAsync(Engine, SeedModels.Greedy("The river", 4) with { ModelId = "small" })).Text);
        var again = Assert.Throws<EngineException>(() => Engine.Work.Quantize.Check(new QuantizeRequest("job", "small", "q4_0", "again"))); // most of its weights are q8_0: its rows are narrow
        Assert.Equal(("to", EngineErrorKind.BadRequest), (again.Parameter, again.Kind));
        Assert.Contains("q4_0 already", again.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Engine.KnownModels.Single(model => model.Id == "small").Traits!.Smaller, to => to.Format == "q4_0");
        Assert.False(Engine.Find("small").CanAnswer); // its card came along
        Assert.Equal(["half.gguf", "half.md", "small.gguf", "small.md"], Directory.EnumerateFiles(working.Models, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Where(name => name![0] != '.').Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Engine.Memory.Uses, use => use.Owner == "job");
    }

    [Fact]
    public void What_gains_nothing_or_cannot_be_is_refused_before_it_waits()
    {
        foreach (var (model, to, name, parameter, told) in ((string, string, string?, string, string)[])
        [
            ("seed-chat", "q8_0", null, "to", "q8_0 already"),
            ("seed-chat", "f16", null, "to", "does not come back"),
            ("half", "f16", null, "to", "already"),
            ("half", "q2_k", null, "to", "choose one of q8_0"),
            ("half", "q8_0", "../x", "name", "a-z"),
            ("half", "q8_0", "seed-chat", "name", "already"),
            ("absent", "q8_0", null, "model", "absent"),
        ])
        {
            var refusal = Assert.Throws<EngineException>(() => Engine.Work.Quantize.Check(new QuantizeRequest("job", model, to, name)));
            Assert.Equal(parameter, refusal.Parameter);
            Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_could_never_have_the_memory_is_refused_at_once_and_what_waits_says_for_what()
    {
        await using var small = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = working.Models, MemoryMebibytes = 150 });
        var never = Assert.Throws<EngineException>(() => small.Work.Quantize.Check(new QuantizeRequest("mjob-1", Half, "q4_0", null)));
        Assert.Equal((EngineErrorKind.OutOfMemory, false), (never.Kind, never.MayFitLater));
        Assert.StartsWith("Writing 'half' as q4_0 needs about ", never.Message, StringComparison.Ordinal);
        Assert.Contains("150 MiB. Take a smaller model, or raise Engine:MemoryMebibytes", never.Message, StringComparison.Ordinal);
        await Engine.HoldMemoryAsync("others", "everything", Engine.Memory.FreeBytes, Cancellation);
        var later = await Assert.ThrowsAsync<EngineException>(() => Engine.Work.Quantize.RunAsync(new QuantizeRequest("mjob-1", Half, "q4_0", null), _ => { }, Cancellation));
        Engine.ReleaseMemory("others");
        Assert.Equal((EngineErrorKind.OutOfMemory, true), (later.Kind, later.MayFitLater));
        Assert.Contains("held by", later.Message, StringComparison.Ordinal);
        Assert.All((string[])[never.Message, later.Message], message => Assert.DoesNotMatch("mjob|ContextTokens|Slots", message));
    }

    [Fact]
    public async Task A_model_that_nobody_uses_makes_room_for_work()
    {
        await Engine.LoadAsync(Half, Cancellation);
        await Engine.HoldMemoryAsync("others", "everything", Engine.Memory.FreeBytes - (1 << 20), Cancellation);
        await Engine.Work.Measure.RunAsync(new PerplexityRequest("mjob-2", Half, "The river runs through the town and on to the sea."), _ => { }, Cancellation);
        Engine.ReleaseMemory("others");
        Assert.DoesNotContain(Engine.Models, model => model.Id == Half);
    }

    [Fact]
    public async Task A_new_file_for_whose_trial_there_is_no_room_is_kept_and_tried_when_it_is_loaded()
    {
        var made = await Engine.Work.Quantize.RunAsync(new QuantizeRequest("job", Half, "q4_0", "later"), share => { if (share >= 1) { Fill(); } }, Cancellation);
        Assert.DoesNotContain(made.Sha256, await working.TriedAsync(), StringComparison.Ordinal);
        Engine.ReleaseMemory("others");
        await Engine.LoadAsync("later", Cancellation);
        Assert.Contains(made.Sha256, await working.TriedAsync(), StringComparison.Ordinal);

        void Fill()
        {
            Engine.ReleaseMemory("job");
            Engine.ReleaseMemory("others"); // the last share may be told twice
            Assert.True(Engine.HoldMemoryAsync("others", "everything", Engine.Memory.FreeBytes, Cancellation).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task An_end_in_the_middle_leaves_no_file_and_no_memory()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Engine.Work.Quantize.RunAsync(new QuantizeRequest("job", Half, "q4_k_m", "gone"), _ => cancel.Cancel(), cancel.Token));
        Assert.Equal(["half.gguf", "half.md"], Directory.EnumerateFiles(working.Models, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Where(name => name![0] != '.').Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Engine.Memory.Uses, use => use.Owner == "job");
    }

    private Task<PerplexityResult> MeasureAsync(string model) => Engine.Work.Measure.RunAsync(new PerplexityRequest("job", model), _ => { }, Cancellation);
}
