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
    [InlineData("llama", TensorType.F16)]
    [InlineData("llama", TensorType.Q8)]
    [InlineData("qwen2", TensorType.BF16)]
    [InlineData("llama", TensorType.Q4K)]
    [InlineData("llama", TensorType.Q4)]
    [InlineData("llama", (TensorType)13)] // Q5_K
    [InlineData("qwen3", TensorType.Q8)]
    public void An_exported_adapter_is_served_as_it_was_trained(string architecture, TensorType type)
    {
        // Products with short weights round their inputs too, and llama.cpp computes in other shapes than the graph: a rounding that falls the other way shows.
        var tolerance = type == TensorType.F32 ? 1e-3 : 2e-2; // of one layer and few tokens
        Check(new SyntheticModel { Architecture = architecture, Type = type, HasOwnHead = architecture != "qwen3", Width = 256, HeadWidth = 64, Inner = 256, Layers = type == TensorType.F32 ? 3 : 1 }, tolerance);
    }

    /// <summary>Where the base models agree to the bit, a rounding that falls the other way beside the adapter still shows.</summary>
    [Theory]
    [InlineData(Rounding.Coarse, 0.09f, true)]
    [InlineData(Rounding.Coarse, 0.11f, false)]
    [InlineData(Rounding.Half, 0.019f, true)]
    [InlineData(Rounding.Half, 0.021f, false)]
    [InlineData(Rounding.None, 0.0009f, true)]
    [InlineData(Rounding.None, 0.0011f, false)]
    public void What_may_be_rounding_follows_from_the_numbers_of_the_base(Rounding rounding, float difference, bool isServed)
    {
        var compared = LogitParity.Compare(new AdapterLogits([0, 0], [1, 0]), new AdapterLogits([0, 0], [1, difference]), rounding);
        Assert.Equal(isServed, compared.Refusal is null);
    }

    /// <summary>Of texts by chance on deeper models, where roundings that fall the other way make others do so: what decision 0035 rests on.</summary>
    [Theory]
    [InlineData(TensorType.F32, 1e-3)]
    [InlineData(TensorType.F16, 2e-2)]
    [InlineData(TensorType.BF16, 0.1)]
    [InlineData(TensorType.Q4K, 0.25)]
    public void What_an_adapter_changes_is_the_same_to_what_the_bases_numbers_allow(TensorType type, double bound)
    {
        for (var seed = 0; seed < 2; seed++)
        {
            using var folder = new TemporaryFolder();
            var model = new SyntheticModel { Type = type, Width = 256, HeadWidth = 64, Inner = 512, Layers = 4, Vocabulary = 512 }.Write(folder);
            using var site = new TrainingSite(model, Precision.Fast);
            var random = new Random(seed);
            int[] tokens = [.. Enumerable.Range(0, LogitParity.MostTokens).Select(_ => random.Next(512))];
            var file = Path.Combine(folder.Path, "adapter.gguf");
            AdapterFile.Write(site.Adapter, model, new string('a', 64), file);
            AdapterLogits trained = new(LogitParity.Trained(site.Shelf, null, tokens), LogitParity.Trained(site.Shelf, site.Adapter, tokens));
            AdapterLogits served = new(LogitParity.Served(model, null, tokens, TestContext.Current.CancellationToken), LogitParity.Served(model, file, tokens, TestContext.Current.CancellationToken));
            var compared = LogitParity.Compare(trained, served, site.Model.Rounding);
            TestContext.Current.TestOutputHelper?.WriteLine($"{type}: difference {compared.Difference:g3}, of the base {compared.Base:g3}, effect {compared.Effect:g3}, allowed {compared.Allowed:g3}");
            Assert.Null(compared.Refusal);
            Assert.InRange(compared.Difference, 0, bound);
        }
    }

    /// <summary>A deep base of F16 differs by more than a small one, adapter or none; how much shows without the adapter.</summary>
    [Theory]
    [InlineData(0.03f, 0.059f, true)]
    [InlineData(0.03f, 0.061f, false)]
    [InlineData(0.26f, 0f, false)]
    public void What_half_numbers_may_differ_by_grows_with_what_the_base_differs_by(float ofBase, float difference, bool isServed)
    {
        var compared = LogitParity.Compare(new AdapterLogits([0, 0], [1, 0]), new AdapterLogits([ofBase, 0], [1 + ofBase, difference]), Rounding.Half);
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
        Assert.Null(LogitParity.Compare(own, theirs, site.Model.Rounding).Refusal);
        Assert.Contains("What the exported adapter changes", LogitParity.Compare(own, theirs with { Adapted = plain }, site.Model.Rounding).Refusal, StringComparison.Ordinal); // as if nothing had been exported
        Assert.Contains("What the exported adapter changes", LogitParity.Compare(own, theirs with { Adapted = [.. plain.Zip(served, (without, with) => (without + with) / 2)] }, site.Model.Rounding).Refusal, StringComparison.Ordinal); // with half its strength
        Assert.Contains("of the base model", LogitParity.Compare(own, theirs with { Plain = [.. plain.Select(logit => logit + 1)] }, site.Model.Rounding).Refusal, StringComparison.Ordinal);
        using var stream = File.OpenRead(file);
        Assert.Equal(16, AdapterCheck.Run(stream, GgufReader.Read(model), new string('a', 64)).Rank);
    }
}
