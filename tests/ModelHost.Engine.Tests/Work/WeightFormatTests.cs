using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>What the header of a file says of the formats that it can be written in.</summary>
public sealed class WeightFormatTests
{
    /// <param name="type">ggml's number of the type that most weights have: f32, f16, bf16, q8_0, q6_K, q4_K.</param>
    /// <param name="elements">In a block of it, of so many bytes.</param>
    [Theory]
    [InlineData(0, 1, 4, "f16", false, null)]
    [InlineData(0, 1, 4, "q4_0", false, null)]
    [InlineData(1, 1, 2, "bf16", false, null)]
    [InlineData(30, 1, 2, "f16", false, null)]
    [InlineData(30, 1, 2, "bf16", false, "already")]
    [InlineData(30, 1, 2, "q8_0", false, null)]
    [InlineData(8, 32, 34, "q6_k", true, null)]
    [InlineData(8, 32, 34, "bf16", false, "does not come back")]
    [InlineData(14, 256, 210, "q4_k_m", false, "again loses too much")]
    [InlineData(12, 256, 144, "q4_0", false, "does not come back")]
    public void What_loses_twice_is_refused_and_what_loses_a_little_more_is_said(int type, int elements, int bytes, string to, bool requantizes, string? told)
    {
        const int side = 1_024;
        var header = new GgufHeader(3, new Dictionary<string, GgufValue>(), [new("norm", [side], 0, 0, side * 4), new("a", [side, side], type, 0, (long)side * side / elements * bytes)], 0, 0);
        if (told is null) { Assert.Equal(requantizes, WeightFormat.Find(to).Requantizes(header)); }
        else { Assert.Contains(told, Assert.Throws<EngineException>(() => WeightFormat.Find(to).Requantizes(header)).Message, StringComparison.Ordinal); }
    }

    /// <param name="types">ggml's numbers of the types of: the embedding, which is the output too; a matrix with rows of 512; one with rows of 96; one with rows of 48; one that is never packed.</param>
    [Theory]
    [InlineData("q4_0", new[] { 8, 2, 2, 1, 0 }, true)]
    [InlineData("q4_0", new[] { 8, 2, 8, 1, 0 }, false)]
    [InlineData("q4_k_m", new[] { 8, 12, 6, 1, 0 }, true)]
    [InlineData("q4_k_m", new[] { 8, 14, 6, 1, 0 }, false)] // only the finer ones of its mixture
    [InlineData("q4_k_m", new[] { 8, 8, 8, 1, 0 }, false)]
    [InlineData("q6_k", new[] { 8, 14, 8, 1, 0 }, true)]
    [InlineData("q6_k", new[] { 8, 8, 8, 1, 0 }, false)] // the wide one would be packed
    [InlineData("q8_0", new[] { 8, 8, 8, 1, 0 }, true)]
    public void What_is_in_a_format_already_is_told_by_its_tensors(string to, int[] types, bool isAlready)
    {
        (string Name, long Width)[] tensors = [("token_embd.weight", 96), ("wide", 512), ("narrow", 96), ("odd", 48), ("router", 96)];
        const long rows = 64;
        var header = new GgufHeader(3, new Dictionary<string, GgufValue>(), [.. tensors.Zip(types, (t, type) => new GgufTensor(t.Name, [t.Width, t.Name == "token_embd.weight" ? 4_096 : rows], type, 0, t.Width * (t.Name == "token_embd.weight" ? 4_096 : rows) * 34 / 32))], 0, 1L << 40);
        Assert.Equal(!isAlready, WeightFormat.Of(header).Any(format => format.Name == to));
        if (isAlready) { Assert.Contains($"{to} already", Assert.Throws<EngineException>(() => WeightFormat.Find(to).Requantizes(header)).Message, StringComparison.Ordinal); }
    }
}
