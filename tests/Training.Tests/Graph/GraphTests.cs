using Platform.ModelHost.Native.Tensors;
using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>Ways of computing the same gradient, and what each leaves alone.</summary>
public sealed class GraphTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Computing_activations_again_gives_the_same_gradients_to_the_bit_in_less_memory()
    {
        using var site = new TrainingSite(new SyntheticModel { Layers = 4 }.Write(folder), Precision.Fast);
        var batch = site.Batch();
        AssertSame(site.Backward(batch), site.Backward(batch, recompute: true));
        using var kept = new TrainingGraph(site.Model, new GraphPlan(batch.Bucket, site.Adapter, Backward: true));
        using var again = new TrainingGraph(site.Model, new GraphPlan(batch.Bucket, site.Adapter, Backward: true, Recompute: true));
        Assert.InRange(again.Measure(), 1, 0.6 * kept.Measure());
    }

    [Fact]
    public void Logits_made_part_by_part_give_the_same_gradients()
    {
        using var site = new TrainingSite(new SyntheticModel().Write(folder), Precision.Fast);
        var batch = site.Batch();
        var whole = site.Backward(batch);
        site.Adapter.ClearGradients();
        using var parts = new TrainingGraph(site.Model, new GraphPlan(batch.Bucket, site.Adapter, Backward: true, MostLogits: 20 * site.Model.Shape.Vocabulary));
        using var memory = GraphMemory.Create(site.Model.Backend);
        parts.Place(memory);
        parts.Run(batch);
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Angle(whole[t.Name], t.Gradient.ToArray()), 0, 1e-6));
    }

    /// <param name="angle">Of ggml's products, which round what they multiply the weights with. Ours keep 13 bits of it.</param>
    [Theory]
    [InlineData(TensorType.Q8, 2e-3)]
    [InlineData(TensorType.BF16, 2e-4)]
    [InlineData(TensorType.F16, 1e-4)]
    [InlineData(TensorType.Q4K, 4e-3)]
    public void Weights_as_they_lie_give_nearly_the_exact_gradients(TensorType type, double angle)
    {
        var model = new SyntheticModel { Type = type, Width = 256, HeadWidth = 64, Inner = 256 }.Write(folder);
        using var exact = new TrainingSite(model, Precision.Exact);
        using var own = new TrainingSite(model, Precision.Fast);
        using var ggml = new TrainingSite(model, Precision.Fast, ownProducts: false);
        var expected = exact.Backward(exact.Batch());
        Assert.InRange(Angle(expected, ggml.Backward(ggml.Batch(), lossScale: 1_024)), 0, angle);
        Assert.InRange(Angle(expected, own.Backward(own.Batch(), lossScale: 1_024)), 0, own.Model.Backend.HasPanels ? 2e-6 : angle);
    }

    [Theory]
    [InlineData("qwen2", TensorType.F32)]
    [InlineData("qwen3", TensorType.Q8)]
    public void Products_of_ours_and_of_ggml_give_the_same_gradients(string architecture, TensorType type)
    {
        var model = new SyntheticModel { Architecture = architecture, Type = type, HeadWidth = 32 }.Write(folder);
        using var own = new TrainingSite(model, Precision.Exact, new LoraOptions { Dropout = 0.2f });
        using var ggml = new TrainingSite(model, Precision.Exact, new LoraOptions { Dropout = 0.2f }, ownProducts: false);
        Assert.InRange(Angle(ggml.Backward(ggml.Batch(dropoutPlace: 3)), own.Backward(own.Batch(dropoutPlace: 3))), 0, 1e-9);
    }

    [Fact]
    public void Gradients_of_several_micro_batches_add_up()
    {
        using var site = new TrainingSite(new SyntheticModel().Write(folder), Precision.Fast);
        var batch = site.Batch();
        var once = site.Backward(batch);
        site.Shelf.For(new GraphPlan(batch.Bucket, site.Adapter, Backward: true)).Run(batch);
        Assert.All(site.Adapter.Trained, t => Assert.Equal(once[t.Name].Select(g => 2 * g), t.Gradient.ToArray()));
    }

    [Fact]
    public void A_text_is_learned_alike_alone_and_beside_others()
    {
        using var site = new TrainingSite(new SyntheticModel().Write(folder), Precision.Fast);
        var random = new Random(2);
        var texts = Enumerable.Range(0, 3).Select(i => new Example($"{i}", [.. Enumerable.Range(0, 12 + 9 * i).Select(_ => random.Next(96))], [.. Enumerable.Repeat(1f, 12 + 9 * i)])).ToArray();
        var together = site.Backward(Batch.Of(texts, 0.1));
        site.Adapter.ClearGradients();
        foreach (var text in texts)
        {
            var alone = Batch.Of([text], 0.1);
            site.Shelf.For(new GraphPlan(alone.Bucket, site.Adapter, Backward: true)).Run(alone);
        }
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Angle(together[t.Name], t.Gradient.ToArray()), 0, 1e-6));
    }

    [Fact]
    public void With_only_the_last_layers_the_gradients_are_the_same_and_the_others_are_not_there()
    {
        var model = new SyntheticModel { Layers = 3 }.Write(folder);
        using var all = new TrainingSite(model, Precision.Fast);
        using var last = new TrainingSite(model, Precision.Fast, new LoraOptions { LastLayers = 1, Targets = [Projection.Query, Projection.Down] });
        foreach (var t in all.Adapter.Trained) { t.Value.Write(new float[t.Value.Elements]); }
        foreach (var t in last.Adapter.Trained)
        {
            Assert.StartsWith("blk.2.", t.Name, StringComparison.Ordinal);
            all.Adapter.Trained.Single(a => a.Name == t.Name).Value.Write(t.Value.ToArray());
        }
        var expected = all.Backward(all.Batch());
        Assert.All(last.Backward(last.Batch()), found => Assert.Equal(expected[found.Key], found.Value));
        Assert.Equal(4, last.Adapter.Trained.Count);
    }

    [Fact]
    public void Dropout_is_the_same_for_the_same_place_and_its_gradients_are_the_measured_slopes()
    {
        using var site = new TrainingSite(new SyntheticModel { Layers = 1 }.Write(folder), Precision.Fast, new LoraOptions { Dropout = 0.3f });
        var plain = site.Batch();
        var batch = site.Batch(dropoutPlace: 7);
        var gradients = site.Backward(batch);
        Assert.NotEqual(plain.Loss(site.Forward(plain)), batch.Loss(site.Forward(batch)));
        AssertSame(gradients, site.Backward(batch));
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Slope.Error(t, gradients[t.Name], () => batch.Loss(site.Forward(batch))), 0, 1e-3));
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Slope.ErrorAcross(t, gradients[t.Name], () => batch.Loss(site.Forward(batch))), 0, 1e-3));
    }

    private static void AssertSame(Dictionary<string, float[]> one, Dictionary<string, float[]> other) => Assert.All(one, g => Assert.Equal(g.Value, other[g.Key]));

    private static double Angle(Dictionary<string, float[]> a, Dictionary<string, float[]> b)
    {
        var angle = Angle([.. a.Values.SelectMany(g => g)], [.. a.Keys.SelectMany(name => b[name])]);
        TestContext.Current.TestOutputHelper?.WriteLine($"1 - cosine {angle:g3}");
        return Math.Max(0, angle); // rounding may put it below
    }

    /// <summary>1 minus the cosine.</summary>
    private static double Angle(float[] a, float[] b) => 1 - a.Zip(b).Sum(p => (double)p.First * p.Second) / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));

    public void Dispose() => folder.Dispose();
}
