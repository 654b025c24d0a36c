using System.Text.Json.Nodes;
using Platform.Benchmarks.Running;

namespace Platform.Benchmarks.Engine;

/// <summary>What a kept prompt saves, and what guessing from the prompt gains where the answer copies it.</summary>
internal static class PromptRows
{
    internal static async Task<BenchRow> CachedAsync(ServedModel ours, Lengths lengths)
    {
        var (cold, cached, kept) = (new List<double>(), new List<double>(), int.MaxValue);
        for (var round = 0; round < lengths.PromptRounds; round++)
        {
            var request = ours.Request(SyntheticModel.Prompt(100 + round, lengths.Prompt), 1);
            cold.Add(await CostAsync(request));
            cached.Add(await CostAsync(request));
        }
        return BenchRow.AtMost($"first token, {lengths.Prompt}-token prompt, cached / cold at most, CPU-ms", Median.Of(cached), Median.Of(cold), 0.03, detail: $"{kept} tokens were cached");

        async Task<double> CostAsync(JsonObject request)
        {
            var before = ours.CpuSeconds;
            var answer = await ours.AskAsync(request);
            if (answer.Cached > 0) { kept = Math.Min(kept, answer.Cached); }
            return (ours.CpuSeconds - before) * 1_000;
        }
    }

    internal static async Task<BenchRow> CopyAsync(ServedModel ours, Lengths lengths)
    {
        var prompt = SyntheticModel.Ring(0, SyntheticModel.ChainTokens + 32);
        var (plain, guessing, same) = (new List<double>(), new List<double>(), true);
        for (var round = 0; round < lengths.Rounds; round++)
        {
            var (slow, without) = await ours.DecodeAsync([ours.Request(prompt, lengths.Copy)]);
            var request = ours.Request(prompt, lengths.Copy);
            request["speculation"] = "prompt_lookup";
            var (quick, with) = await ours.DecodeAsync([request]);
            plain.Add(slow.PerCpuSecond);
            guessing.Add(quick.PerCpuSecond);
            same &= without[0].Text == with[0].Text;
        }
        return BenchRow.AtLeast("prompt lookup / plain on a copying task, tokens per CPU-second", Median.Of(guessing), Median.Of(plain), 1.8, same, same ? "same text" : "NOT THE SAME TEXT");
    }
}
