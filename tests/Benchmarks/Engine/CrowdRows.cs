using System.Diagnostics;
using System.Globalization;
using Platform.Benchmarks.Running;

namespace Platform.Benchmarks.Engine;

/// <summary>Clients that go away in the middle of their answers, a slotful at a time.</summary>
internal static class DisconnectRows
{
    private const int PromptTokens = 8, LongAnswer = 256;
    private const double Steps = 1; // the one that may begin before the last of them is seen to be gone
    private const double Flat = 1.02;

    internal static async Task<IReadOnlyList<BenchRow>> RunAsync(ServedModel ours, int slots, Lengths lengths)
    {
        var prompt = SyntheticModel.Prompt(300, PromptTokens);
        var (worst, late, waves, early, time) = (0L, 0, lengths.Disconnects / slots, 0.0, TimeSpan.Zero);
        for (var wave = -1; wave < waves; wave++)
        {
            await LeaveAsync();
            var (before, clock) = (await ours.StepsAsync(), Stopwatch.GetTimestamp());
            while (await ours.BusySlotsAsync() > 0) { await Task.Delay(5); }
            var steps = await ours.StepsAsync() - before;
            if (wave < 0) { continue; } // the first is when the code that ends a request is compiled
            (worst, late, time) = (Math.Max(worst, steps), late + (steps > 0 ? 1 : 0), time + Stopwatch.GetElapsedTime(clock));
            if (wave == waves / 10) { early = ProcessCost.ResidentMebibytes(ours.ProcessId); }
        }
        var resident = ProcessCost.ResidentMebibytes(ours.ProcessId);
        return
        [
            BenchRow.AtMost($"{waves * slots} clients disconnect: steps begun until all slots are free, worst / 1 at most", worst, 1, Steps,
                detail: string.Create(CultureInfo.InvariantCulture, $"none begun in {waves - late} of {waves} waves; {time.TotalMilliseconds / waves:0} ms of the clock on average")),
            BenchRow.AtMost("the same: memory after all / after the first tenth at most, MiB", resident, early, Flat),
        ];

        async Task LeaveAsync()
        {
            var (waiting, all) = (slots, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            await Task.WhenAll(Enumerable.Range(0, slots).Select(_ =>
            {
                var isFirst = true;
                return ours.AskAsync(ours.Request(prompt, LongAnswer), _ =>
                {
                    if (isFirst && Interlocked.Decrement(ref waiting) == 0) { all.SetResult(); }
                    isFirst = false;
                    return !all.Task.IsCompleted; // each leaves at the first event after all have begun
                });
            }));
        }
    }
}

/// <summary>Many clients on few slots, against as many clients as slots; both ask the same number of short questions.</summary>
internal static class CrowdRow
{
    private const int Clients = 64, PromptTokens = 8;

    internal static async Task<BenchRow> RunAsync(ServedModel ours, int slots, Lengths lengths)
    {
        var (crowd, few, slowest, answered) = (new List<double>(), new List<double>(), 0.0, true);
        for (var round = 0; round < lengths.CrowdRounds; round++)
        {
            few.Add(await RateAsync(slots, 400 + 2 * round));
            crowd.Add(await RateAsync(Clients, 401 + 2 * round));
        }
        return BenchRow.AtLeast($"{Clients} clients on {slots} slots / {slots} clients, total tokens per CPU-second", Median.Of(crowd), Median.Of(few), 0.95, answered,
            string.Create(CultureInfo.InvariantCulture, $"{(answered ? "every client got its whole answer" : "AN ANSWER IS SHORT")}; the last began after {slowest:0.00} of the run"));

        async Task<double> RateAsync(int clients, int seed)
        {
            var (cpu, start, lastFirst, next, total) = (ours.CpuSeconds, Stopwatch.GetTimestamp(), TimeSpan.Zero, -1, 0);
            var gate = new Lock();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < Clients;)
                {
                    var isFirst = true;
                    var answer = await ours.AskAsync(ours.Request(SyntheticModel.Prompt(1_000 * seed + i, PromptTokens), lengths.CrowdTokens), _ =>
                    {
                        lock (gate) { lastFirst = isFirst && Stopwatch.GetElapsedTime(start) is var now && now > lastFirst ? now : lastFirst; }
                        isFirst = false;
                        return true;
                    });
                    lock (gate) { (total, answered) = (total + answer.Tokens, answered && answer.Tokens == lengths.CrowdTokens); }
                }
            }));
            if (clients == Clients) { slowest = Math.Max(slowest, lastFirst / Stopwatch.GetElapsedTime(start)); }
            return total / (ours.CpuSeconds - cpu);
        }
    }
}
