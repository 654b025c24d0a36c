using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Export;
using Platform.Training.Graph;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Graph;

/// <summary>A merged model answers what its base answers with the adapter.</summary>
public sealed class MergedModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(TensorType.F32, 1e-3)]
    [InlineData(TensorType.BF16, 5e-2)]
    [InlineData(TensorType.Q8, 0.1)]
    public void A_merged_model_answers_as_base_and_adapter_do(TensorType type, double tolerance)
    {
        var (model, adapter, merged) = Merge(new SyntheticModel { Type = type, Layers = 1 }, new LoraOptions { Targets = [Projection.Query, Projection.Down], Alpha = 24 });
        int[] tokens = [.. Enumerable.Range(0, 24).Select(i => i * 37 % 96)];
        var together = LogitParity.Served(model, adapter, tokens, TestContext.Current.CancellationToken);
        Assert.InRange(LogitParity.Difference(together, LogitParity.Served(merged, null, tokens, TestContext.Current.CancellationToken)), 0, tolerance);
        Assert.True(LogitParity.Difference(together, LogitParity.Served(model, null, tokens, TestContext.Current.CancellationToken)) > 2 * tolerance);
    }

    [Fact]
    public void What_the_adapter_does_not_change_is_copied_byte_for_byte()
    {
        var (model, _, merged) = Merge(new SyntheticModel { Type = TensorType.Q8 }, new LoraOptions { Targets = [Projection.Up] });
        var (before, after) = (GgufReader.Read(model), GgufReader.Read(merged));
        var (old, made) = (File.ReadAllBytes(model), File.ReadAllBytes(merged));
        Assert.Equal(old[..(int)before.MetadataEnd], made[..(int)after.MetadataEnd]);
        foreach (var (one, other) in before.Tensors.Zip(after.Tensors))
        {
            Assert.Equal((one.Name, one.Type, one.Bytes), (other.Name, other.Type, other.Bytes));
            var same = old.AsSpan((int)(before.DataOffset + one.Offset), (int)one.Bytes).SequenceEqual(made.AsSpan((int)(after.DataOffset + other.Offset), (int)other.Bytes));
            Assert.Equal(!one.Name.Contains("ffn_up", StringComparison.Ordinal), same);
        }
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        var (_, adapter, _) = Merge(new SyntheticModel(), new LoraOptions());
        var other = new SyntheticModel { Change = (_, numbers) => numbers[0] += 1 }.Write(folder);
        var refusal = Assert.Throws<GgufException>(() => MergedModel.Write(other, adapter, Path.Combine(folder.Path, "none.gguf")));
        Assert.Contains("was trained on the model file", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "none.gguf")));
    }

    private (string Model, string Adapter, string Merged) Merge(SyntheticModel synthetic, LoraOptions lora)
    {
        var model = synthetic.Write(folder);
        var (adapter, merged) = (Path.Combine(folder.Path, "adapter.gguf"), Path.Combine(folder.Path, "merged.gguf"));
        using (var site = new TrainingSite(model, Precision.Fast, lora)) { AdapterFile.Write(site.Adapter, model, JobIdentity.HashOf(model), adapter); }
        MergedModel.Write(model, adapter, merged);
        return (model, adapter, merged);
    }

    public void Dispose() => folder.Dispose();
}
