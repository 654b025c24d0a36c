using Platform.Benchmarks.Running;

namespace Platform.Benchmarks.Engine;

/// <summary>The model service beside node-llama-cpp on one synthetic model, one thread each. Figures are tokens per CPU-second of the process that makes them, so that what else the machine does matters little.</summary>
internal static class EngineBench
{
    private const string ModelName = "qwen3-0.6b-shape-q4_0-1", AdapterName = "other"; // a new number when SyntheticModel changes
    private const int ManySlots = 8, FewSlots = 4, ShortContext = 512, LongContext = 2_304;

    internal static async Task<IReadOnlyList<BenchRow>> RunAsync(Lengths lengths, Action<string> say)
    {
        var file = Path.Combine(Places.Scratch, ModelName + ".gguf");
        var adapters = Path.Combine(Places.Scratch, "adapters");
        if (!File.Exists(file))
        {
            say($"Making {file} ...");
            SyntheticModel.Write(file);
        }
        SyntheticModel.WriteAdapter(Path.Combine(adapters, AdapterName + ".gguf"));

        var rows = new List<BenchRow>();
        await using var many = await ServedModel.StartAsync(file, ManySlots, ShortContext, adapters);
        await using (var peer = await Peer.StartAsync(file, ManySlots, ShortContext))
        {
            Add(await PeerRows.OneStreamAsync(many, peer, lengths));
            Add(await PeerRows.EightStreamsAsync(many, peer, lengths));
        }
        await using var few = await ServedModel.StartAsync(file, FewSlots, LongContext, adapters);
        Add(await PromptRows.CachedAsync(few, lengths));
        Add(await PromptRows.CopyAsync(few, lengths));
        Add(await AdapterRow.RunAsync(many, few, AdapterName, lengths));
        foreach (var row in await DisconnectRows.RunAsync(many, ManySlots, lengths)) { Add(row); }
        Add(await CrowdRow.RunAsync(few, FewSlots, lengths));
        return rows;

        void Add(BenchRow row)
        {
            rows.Add(row);
            say(FormattableString.Invariant($"{row.Name}: {row.Ours} to {row.Peer}, {row.Ratio} (bar {row.Bar}) {row.Detail}"));
        }
    }
}
