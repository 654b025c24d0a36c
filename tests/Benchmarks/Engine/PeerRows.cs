using Platform.Benchmarks.Running;

namespace Platform.Benchmarks.Engine;

/// <summary>Decoding beside the peer, the two programs in turn, with the same prompts.</summary>
internal static class PeerRows
{
    private const int Streams = 8, PromptTokens = 16;

    internal static async Task<BenchRow> OneStreamAsync(ServedModel ours, Peer peer, Lengths lengths)
    {
        var (us, them) = await InTurnAsync(ours, peer, 1, lengths.Decode, lengths.Rounds);
        return BenchRow.AtLeast("decode, one stream, tokens per CPU-second", us, them, 0.98);
    }

    internal static async Task<BenchRow> EightStreamsAsync(ServedModel ours, Peer peer, Lengths lengths)
    {
        var (us, them) = await InTurnAsync(ours, peer, Streams, lengths.EightStreams, lengths.Rounds);
        return BenchRow.AtLeast("8 streams, total, tokens per CPU-second", us, them, 1.75);
    }

    private static async Task<(double Ours, double Peer)> InTurnAsync(ServedModel ours, Peer peer, int streams, int tokens, int rounds)
    {
        var (us, them) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            int[][] prompts = [.. Enumerable.Range(0, streams).Select(i => SyntheticModel.Prompt(1_000 * streams + 10 * (round + 1) + i, PromptTokens))];
            var rate = (await ours.DecodeAsync([.. prompts.Select(prompt => ours.Request(prompt, tokens))])).Rate;
            var peerRate = await peer.DecodeAsync(prompts, tokens);
            if (round < 0) { continue; } // the first warms both up
            us.Add(rate.PerCpuSecond);
            them.Add(peerRate.PerCpuSecond);
        }
        return (Median.Of(us), Median.Of(them));
    }
}
