using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>Many at once: nobody waits for ever, and company changes no answer.</summary>
public sealed class CrowdTests
{
    private const int Clients = 64, Slots = 4;

    /// <summary>Counted in turns, not in seconds: who stands at a place is served when those before it, and at most those who share a turn with it, are done.</summary>
    [Fact]
    public async Task Fault_17_of_64_clients_on_4_slots_none_is_overtaken_by_more_than_the_slots()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = Slots, QueueLimit = Clients });
        var ended = 0;
        var turns = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            var (first, endedBefore) = (0, 0);
            await foreach (var news in engine.GenerateAsync(SeedModels.Greedy($"Number {i}", 8) with { IgnoreEndOfText = true, User = $"client {i}" }, TestContext.Current.CancellationToken))
            {
                if (news is GenerationQueued { Position: var place } && first == 0) { (first, endedBefore) = (place, Volatile.Read(ref ended)); }
            }
            return (First: first, Waited: Interlocked.Increment(ref ended) - 1 - endedBefore);
        }));
        Assert.Equal(Clients, ended);
        Assert.True(turns.Max(t => t.First) > Clients / 2, "there was no crowd");
        Assert.All(turns, turn => Assert.InRange(turn.Waited, 0, turn.First + 4 * Slots)); // events are read a little after they happen
    }

    /// <summary>Fault 24, at the declared level of equal text.</summary>
    [Fact]
    public async Task Fault_24_eight_greedy_answers_in_one_batch_equal_the_eight_alone()
    {
        string[] prompts = ["The river", "大学之道", "In the beginning of the story the king", "int main()", "SELECT name FROM", "Q: Why? A:", "一二三四五六", "The quick brown fox jumps over"];
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = prompts.Length });
        var alone = new List<string>();
        foreach (var prompt in prompts) { alone.Add((await Answer.OfAsync(engine, Ask(prompt))).Text); }
        await using var fresh = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = prompts.Length });
        Assert.Equal(alone, (await Task.WhenAll(prompts.Select(p => Answer.OfAsync(fresh, Ask(p))))).Select(a => a.Text));

        static GenerationRequest Ask(string prompt) => SeedModels.Greedy(prompt, 32) with { IgnoreEndOfText = true };
    }
}
