namespace Platform.Benchmarks.Engine;

/// <summary>One line of the table.</summary>
/// <param name="Name">What was measured, with its unit.</param>
/// <param name="Ours">The figure of the model service.</param>
/// <param name="Peer">What it is compared with: the peer, or the service itself under other conditions.</param>
/// <param name="Bar">What the ratio must reach, or stay under where the name says so.</param>
/// <param name="Holds">Whether it does, and whatever else the line asks for.</param>
/// <param name="Detail">What else was seen.</param>
internal sealed record BenchRow(string Name, double Ours, double Peer, double Ratio, double Bar, bool Holds, string Detail)
{
    internal static BenchRow AtLeast(string name, double ours, double peer, double bar, bool also = true, string detail = "") =>
        new(name, Math.Round(ours, 3), Math.Round(peer, 3), Math.Round(ours / peer, 4), bar, also && ours / peer >= bar, detail);

    internal static BenchRow AtMost(string name, double ours, double peer, double bar, bool also = true, string detail = "") =>
        new(name, Math.Round(ours, 3), Math.Round(peer, 3), Math.Round(ours / peer, 4), bar, also && ours / peer <= bar, detail);
}

/// <summary>How much is run: enough to measure within eight minutes of an idle machine, or just enough to see that everything works.</summary>
internal sealed record Lengths(int Rounds, int Decode, int EightStreams, int Prompt, int PromptRounds, int Copy, int Turns, int Disconnects, int CrowdTokens, int CrowdRounds)
{
    internal static Lengths Full { get; } = new(Rounds: 5, Decode: 64, EightStreams: 24, Prompt: 2_000, PromptRounds: 3, Copy: 96, Turns: 6, Disconnects: 1_000, CrowdTokens: 8, CrowdRounds: 3);

    internal static Lengths Short { get; } = new(Rounds: 1, Decode: 16, EightStreams: 6, Prompt: 200, PromptRounds: 1, Copy: 32, Turns: 2, Disconnects: 16, CrowdTokens: 2, CrowdRounds: 1);
}
