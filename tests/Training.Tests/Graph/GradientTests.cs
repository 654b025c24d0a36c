using Platform.ModelHost.Native.Tensors;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>The gradient that is computed is the slope that is measured, for every trained tensor.</summary>
public sealed class GradientTests
{
    private const double Tolerance = 1e-3;

    [Theory]
    [InlineData("llama", true)]
    [InlineData("llama", false)]
    [InlineData("qwen2", true)]
    [InlineData("qwen2", false)]
    [InlineData("qwen3", true)]
    [InlineData("qwen3", false)]
    public void Gradients_are_the_measured_slopes_on_a_base_of_floats(string architecture, bool hasOwnHead) =>
        Check(new SyntheticModel { Architecture = architecture, HasOwnHead = hasOwnHead, HeadWidth = architecture == "qwen3" ? 32 : 16 }, Precision.Fast);

    [Theory]
    [InlineData("llama", TensorType.Q8)]
    [InlineData("qwen2", TensorType.Q8)]
    [InlineData("qwen3", TensorType.Q8)]
    [InlineData("llama", TensorType.Q4K)]
    [InlineData("qwen2", TensorType.Q4K)]
    [InlineData("qwen3", TensorType.Q4K)]
    [InlineData("llama", TensorType.Q6K)]
    [InlineData("qwen2", TensorType.Q6K)]
    [InlineData("qwen3", TensorType.Q6K)]
    [InlineData("llama", TensorType.BF16)]
    [InlineData("llama", TensorType.Q4)]
    [InlineData("llama", (TensorType)3)] // Q4_1
    [InlineData("llama", (TensorType)6)] // Q5_0
    [InlineData("llama", (TensorType)13)] // Q5_K
    [InlineData("llama", TensorType.F16)]
    [InlineData("llama", (TensorType)7)] // Q5_1
    [InlineData("llama", (TensorType)10)] // Q2_K
    [InlineData("llama", (TensorType)11)] // Q3_K
    [InlineData("llama", (TensorType)16)] // IQ2_XXS
    [InlineData("llama", (TensorType)17)] // IQ2_XS
    [InlineData("llama", (TensorType)18)] // IQ3_XXS
    [InlineData("llama", (TensorType)19)] // IQ1_S
    [InlineData("llama", (TensorType)20)] // IQ4_NL
    [InlineData("llama", (TensorType)21)] // IQ3_S
    [InlineData("llama", (TensorType)22)] // IQ2_S
    [InlineData("llama", (TensorType)23)] // IQ4_XS
    [InlineData("llama", (TensorType)29)] // IQ1_M
    public void Gradients_are_the_measured_slopes_on_a_packed_base(string architecture, TensorType type) => Check(Packed(architecture, type), Precision.Exact);

    [Fact]
    public void A_gradient_that_lacks_a_single_row_is_seen()
    {
        using var folder = new TemporaryFolder();
        using var site = new TrainingSite(new SyntheticModel { Layers = 1 }.Write(folder), Precision.Fast);
        var batch = site.Batch();
        var gradients = site.Backward(batch);
        foreach (var tensor in site.Adapter.Trained)
        {
            var (g, row) = (gradients[tensor.Name], (int)tensor.Value.Length(0));
            g.AsSpan(g.Length / row / 2 * row, row).Clear();
            Assert.True(Slope.ErrorAcross(tensor, g, () => batch.Loss(site.Forward(batch))) > 10 * Tolerance, tensor.Name);
            Assert.InRange(Slope.Error(tensor, g, () => batch.Loss(site.Forward(batch))), 0, Tolerance); // along itself it would pass
        }
    }

    [Theory]
    [InlineData("llama", TensorType.F32, Precision.Fast)]
    [InlineData("qwen2", TensorType.Q8, Precision.Exact)]
    [InlineData("llama", TensorType.Q4K, Precision.Exact)]
    public void Gradients_by_ggmls_products_are_the_measured_slopes_too(string architecture, TensorType type, Precision precision) => Check(Packed(architecture, type), precision, ownProducts: false);

    private static SyntheticModel Packed(string architecture, TensorType type) => !TensorData.FitsRow(type, 32)
        ? new SyntheticModel { Architecture = architecture, Type = type, Width = 256, HeadWidth = 64, Inner = 256, Layers = 1 }
        : new SyntheticModel { Architecture = architecture, Type = type };

    private static void Check(SyntheticModel synthetic, Precision precision, bool ownProducts = true)
    {
        using var folder = new TemporaryFolder();
        using var site = new TrainingSite(synthetic.Write(folder), precision, ownProducts: ownProducts);
        var batch = site.Batch();
        var gradients = site.Backward(batch);
        var errors = site.Adapter.Trained.Select(t => (t.Name, Error: Slope.Error(t, gradients[t.Name], () => batch.Loss(site.Forward(batch))))).ToArray();
        Assert.Equal(14 * synthetic.Layers, errors.Length);
        var across = site.Adapter.Trained.Select(t => (t.Name, Error: Slope.ErrorAcross(t, gradients[t.Name], () => batch.Loss(site.Forward(batch))))).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"across: mean {across.Average(e => e.Error):g3}, worst {across.Max(e => e.Error):g3}");
        Assert.All(across, e => Assert.True(e.Error <= Tolerance, $"{e.Name}: across {e.Error:g3}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"mean {errors.Average(e => e.Error):g3}, worst {errors.Max(e => e.Error):g3}");
        Assert.All(errors, e => Assert.True(e.Error <= Tolerance, $"{e.Name}: relative error {e.Error:g3}"));
    }
}
