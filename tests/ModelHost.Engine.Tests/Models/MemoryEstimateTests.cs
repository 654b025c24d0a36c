using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Models;

/// <summary>A file's header is untrusted: whatever numbers it names, it never seems to need less than nothing.</summary>
public sealed class MemoryEstimateTests
{
    [Theory]
    [InlineData(4_294_967_295.0)]
    [InlineData(1e300)]
    [InlineData(-9e18)]
    [InlineData(double.NaN)]
    public void Numbers_without_measure_never_make_it_negative(double number)
    {
        var header = RandomAdapter.Model;
        var architecture = header.Metadata["general.architecture"].Text + ".";
        var metadata = new Dictionary<string, GgufValue>(header.Metadata);
        foreach (var key in (string[])["attention.head_count_kv", "attention.key_length", "attention.value_length", "feed_forward_length", "embedding_length"])
        {
            metadata[architecture + key] = new GgufValue(GgufType.F64, GgufType.F64, 1, [number], null);
        }
        var uses = MemoryEstimate.Of("m", header with { Metadata = metadata }, int.MaxValue, 512, 512);
        Assert.All(uses, use => Assert.True(use.Bytes >= 0, $"{use.Part}: {use.Bytes}"));
        Assert.True(uses.Sum(use => use.Bytes) > 0);
    }
}
