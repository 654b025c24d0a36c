using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Live;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>What is told of the slots while they work.</summary>
public sealed class LiveTests
{
    [Fact]
    public async Task A_slot_tells_how_much_it_does_and_is_empty_again_afterwards()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = 2 });
        var cancellation = TestContext.Current.CancellationToken;
        Assert.All(engine.Loads.Single().Slots, slot => Assert.Equal((SlotState.Idle, 0), (slot.State, slot.PromptTokens)));
        var prompt = engine.Tokenize(SeedModels.Chat, "The river", addSpecial: true, parseSpecial: true).Length;
        await Answer.OfAsync(engine, SeedModels.Greedy("The river", 3));
        var load = await FreeAsync(engine);
        Assert.InRange(load.KeptTokens, prompt, prompt + 3);
        Assert.True(load.TokensPerSecond > 0);

        var seen = new List<SlotView>();
        await foreach (var news in engine.GenerateAsync(SeedModels.Greedy("The river", 200) with { IgnoreEndOfText = true }, cancellation))
        {
            if (news is GeneratedText && engine.Loads.Single() is { Busy: 1 } now) { seen.Add(now.Slots[0]); }
        }
        Assert.Contains(seen, slot => slot.State == SlotState.Writing);
        Assert.All(seen, slot => Assert.Equal((0, prompt, prompt - 1, 0), (slot.Id, slot.PromptTokens, slot.CachedTokens, slot.Adapters.Count)));
        Assert.All(seen.Where(slot => slot.State == SlotState.Writing), slot => Assert.True(slot is { GeneratedTokens: > 0 and <= 200, TokensPerSecond: > 0 }));
        load = await FreeAsync(engine);
        Assert.All(load.Slots, slot => Assert.Equal((SlotState.Idle, 0, 0d), (slot.State, slot.GeneratedTokens, slot.TokensPerSecond)));
        Assert.Equal(203, load.GeneratedTokens);
    }

    [Fact]
    public void Speed_is_that_of_the_last_seconds()
    {
        var clock = new Clock();
        var meter = new SpeedMeter(clock);
        Assert.Equal(0, meter.PerSecond());
        for (var i = 0; i < 30; i++) // ten a second for three seconds
        {
            meter.Add(1);
            clock.Milliseconds += 100;
        }
        Assert.Equal(10, meter.PerSecond(), 0.01);
        for (var i = 0; i < 1_000; i++) // then a hundred a second, until nothing of the first is left
        {
            meter.Add(1);
            clock.Milliseconds += 10;
        }
        Assert.Equal(100, meter.PerSecond(), 1.0);
        clock.Milliseconds += 2_500;
        Assert.InRange(meter.PerSecond(), 40, 55); // half of the window is silent
        clock.Milliseconds += 60_000;
        Assert.Equal(0, meter.PerSecond());
        meter.Add(5);
        clock.Milliseconds += 500;
        Assert.Equal(10, meter.PerSecond(), 0.01); // a new beginning is not thinned by the silence before it
        meter.Clear();
        Assert.Equal(0, meter.PerSecond());
    }

    /// <summary>The load once nothing runs: an answer's last event comes before its slot is free.</summary>
    private static async Task<ModelLoad> FreeAsync(ModelEngine engine)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (engine.Loads.Single() is { Busy: 0, KeptTokens: > 0 } load) { return load; }
            await Task.Delay(1, deadline.Token);
        }
    }

    private sealed class Clock : TimeProvider
    {
        internal long Milliseconds { get; set; } = 7_777_777;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Milliseconds;
    }
}
