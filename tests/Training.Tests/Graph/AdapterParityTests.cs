using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Export;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>llama.cpp answers with the exported adapter what the training graph answers.</summary>
public sealed class AdapterParityTests
{
    [Theory]
    [InlineData("llama", TensorType.F32)]
    [InlineData("qwen2", TensorType.F32)]
    [InlineData("qwen3", TensorType.F32)]
    [InlineData("llama", TensorType.Q8)]
    [InlineData("qwen2", TensorType.BF16)]
    [InlineData("llama", TensorType.Q4K)]
    public void An_exported_adapter_is_served_as_it_was_trained(string architecture, TensorType type)
    {
        // Products with short weights round their inputs too, and llama.cpp computes in other shapes than the graph: a rounding that falls the other way shows.
        var tolerance = type == TensorType.F32 ? 1e-3 : 2e-2;
        Check(new SyntheticModel { Architecture = architecture, Type = type, HasOwnHead = architecture != "qwen3", Width = 256, HeadWidth = 64, Inner = 256, Layers = type == TensorType.F32 ? 3 : 1 }, tolerance);
    }

    /// <summary>Where the base models agree to the bit, a rounding that falls the other way beside the adapter still shows.</summary>
    [Theory]
    [InlineData(false, 0.09f, true)]
    [InlineData(false, 0.11f, false)]
    [InlineData(true, 0.002f, false)]
    public void Of_short_weights_a_tenth_of_the_effect_may_be_rounding(bool isExact, float difference, bool isServed)
    {
        var compared = LogitParity.Compare(new AdapterLogits([0, 0], [1, 0]), new AdapterLogits([0, 0], [1, difference]), isExact);
        Assert.Equal(isServed, compared.Refusal is null);
    }

    private static void Check(SyntheticModel synthetic, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var model = synthetic.Write(folder);
        using var site = new TrainingSite(model, Precision.Fast);
        var tokens = Enumerable.Range(0, 24).Select(i => i * 37 % synthetic.Vocabulary).ToArray();
        var trained = LogitParity.Trained(site.Shelf, site.Adapter, tokens);
        var file = Path.Combine(folder.Path, "adapter.gguf");
        AdapterFile.Write(site.Adapter, model, new string('a', 64), file);

        var served = LogitParity.Served(model, file, tokens, TestContext.Current.CancellationToken);
        var plain = LogitParity.Served(model, null, tokens, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"difference {LogitParity.Difference(trained, served):g3}, of the base {LogitParity.Difference(LogitParity.Trained(site.Shelf, null, tokens), plain):g3}, adapter against base {LogitParity.Difference(served, plain):g3}");
        Assert.InRange(LogitParity.Difference(trained, served), 0, tolerance);
        Assert.InRange(LogitParity.Difference(LogitParity.Trained(site.Shelf, null, tokens), plain), 0, tolerance);
        Assert.True(LogitParity.Difference(served, plain) > 0.2); // the comparison can tell the two apart
        var (own, theirs) = (new AdapterLogits(LogitParity.Trained(site.Shelf, null, tokens), trained), new AdapterLogits(plain, served));
        Assert.Null(LogitParity.Compare(own, theirs, site.Model.IsExact).Refusal);
        Assert.Contains("What the exported adapter changes", LogitParity.Compare(own, theirs with { Adapted = plain }, site.Model.IsExact).Refusal, StringComparison.Ordinal); // as if nothing had been exported
        Assert.Contains("What the exported adapter changes", LogitParity.Compare(own, theirs with { Adapted = [.. plain.Zip(served, (without, with) => (without + with) / 2)] }, site.Model.IsExact).Refusal, StringComparison.Ordinal); // with half its strength
        Assert.Contains("of the base model", LogitParity.Compare(own, theirs with { Plain = [.. plain.Select(logit => logit + 1)] }, site.Model.IsExact).Refusal, StringComparison.Ordinal);
        using var stream = File.OpenRead(file);
        Assert.Equal(16, AdapterCheck.Run(stream, GgufReader.Read(model), new string('a', 64)).Rank);
    }
}
