using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

public sealed class QueueTests
{
    [Fact]
    public void A_request_beyond_the_limit_is_refused_with_the_time_to_come_back()
    {
        var queue = new GenerationQueue(limit: 2, slots: 1, TimeProvider.System);
        queue.Enqueue([Ticket()], freeSlots: 0);
        queue.Enqueue([Ticket()], freeSlots: 0);
        var refusal = Assert.Throws<EngineException>(() => queue.Enqueue([Ticket()], freeSlots: 0));
        Assert.Equal(EngineErrorKind.QueueFull, refusal.Kind);
        Assert.Equal(TimeSpan.FromSeconds(2), refusal.RetryAfter); // two answers of a second before it
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public async Task Who_waits_is_told_each_place_it_moves_up_to()
    {
        var queue = new GenerationQueue(limit: 8, slots: 1, TimeProvider.System);
        GenerationTicket[] tickets = [Ticket(), Ticket(), Ticket()];
        foreach (var ticket in tickets) { queue.Enqueue([ticket], freeSlots: 0); }
        Assert.Same(tickets[0], queue.TryTake());
        queue.Cancel(tickets[1].Outbox);
        Assert.Equal([3, 2, 1], await PlacesAsync(tickets[2]));
    }

    [Fact]
    public async Task One_users_many_requests_do_not_delay_anothers_one()
    {
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        var many = Enumerable.Range(0, 4).Select(_ => Ticket("greedy")).ToArray();
        foreach (var ticket in many) { queue.Enqueue([ticket], freeSlots: 0); }
        Assert.Same(many[0], queue.TryTake());
        var other = Ticket("modest");
        queue.Enqueue([other], freeSlots: 0);
        Assert.Same(other, queue.TryTake());
        Assert.Same(many[1], queue.TryTake());
        queue.Done(many[0].Plan, TimeSpan.FromSeconds(1));
        queue.Done(many[1].Plan, TimeSpan.FromSeconds(1));
        Assert.Same(many[2], queue.TryTake());
        Assert.Equal([1], await PlacesAsync(other)); // at once the next, though three waited
    }

    [Fact]
    public void With_one_slot_users_take_turns_though_nobody_runs_when_the_next_is_chosen()
    {
        var queue = new GenerationQueue(limit: 8, slots: 1, TimeProvider.System);
        foreach (var user in new[] { "greedy", "greedy", "greedy", "modest", "modest" }) { queue.Enqueue([Ticket(user)], freeSlots: 0); }
        var order = new List<string>();
        while (queue.TryTake() is { } next)
        {
            order.Add(next.Plan.User);
            queue.Done(next.Plan, TimeSpan.FromSeconds(1));
        }
        Assert.Equal(["greedy", "modest", "greedy", "modest", "greedy"], order);
    }

    [Fact]
    public void A_popular_set_of_adapters_does_not_keep_out_another_and_nobodys_many_requests_count_for_the_set()
    {
        var queue = new GenerationQueue(limit: 16, slots: 4, TimeProvider.System);
        var popular = Enumerable.Range(0, 4).Select(i => Ticket($"user {i}")).ToArray();
        foreach (var ticket in popular) { queue.Enqueue([ticket], freeSlots: 0); }
        GenerationTicket[] rare = [Ticket("late", Rare), Ticket("later", Rare)];
        foreach (var ticket in rare) { queue.Enqueue([ticket], freeSlots: 0); }
        GenerationTicket[] begun = [queue.TryTake()!, queue.TryTake()!, queue.TryTake()!, queue.TryTake()!];
        Assert.Equal([popular[0], rare[0], popular[1], rare[1]], begun); // as many of each
        queue.Done(rare[0].Plan, TimeSpan.FromSeconds(1));
        queue.Done(rare[1].Plan, TimeSpan.FromSeconds(1));
        foreach (var _ in popular) { queue.Enqueue([Ticket("greedy", Rare)], freeSlots: 0); }
        var modest = Ticket("modest", Rare);
        queue.Enqueue([modest], freeSlots: 0);
        Assert.Equal("greedy", queue.TryTake()!.Plan.User);
        Assert.Same(modest, queue.TryTake()); // the first of its set but for one, however many of it one user asked for
    }

    [Fact]
    public async Task A_place_that_was_told_never_grows_though_others_are_let_past()
    {
        var queue = new GenerationQueue(limit: 16, slots: 1, TimeProvider.System);
        var running = Ticket("greedy");
        queue.Enqueue([running], freeSlots: 1);
        Assert.Same(running, queue.TryTake());
        GenerationTicket[] second = [Ticket("greedy"), Ticket("greedy")];
        foreach (var ticket in second) { queue.Enqueue([ticket], freeSlots: 0); }
        var others = Enumerable.Range(0, 3).Select(i => Ticket($"user {i}")).ToArray();
        foreach (var other in others) { queue.Enqueue([other], freeSlots: 0); }
        foreach (var other in others) { Assert.Same(other, queue.TryTake()); } // who has none running comes first
        queue.Done(running.Plan, TimeSpan.FromSeconds(1));
        Assert.Same(second[0], queue.TryTake());
        Assert.Equal([1], await PlacesAsync(second[0]));
        Assert.Equal([2, 1], await PlacesAsync(second[1]));
    }

    [Fact]
    public void Candidates_after_the_first_wait_until_it_has_read_the_prompt_and_delay_nobody()
    {
        var queue = new GenerationQueue(limit: 8, slots: 4, TimeProvider.System);
        var plan = Plan("");
        var outbox = new EventOutbox(2);
        GenerationTicket[] pair = [new(plan, 0, outbox, null, 0), new(plan, 1, outbox, null, 0)];
        queue.Enqueue(pair, freeSlots: 4);
        Assert.Same(pair[0], queue.TryTake());
        Assert.Null(queue.TryTake());
        var later = Ticket();
        queue.Enqueue([later], freeSlots: 3);
        Assert.Same(later, queue.TryTake());
        plan.PromptIsRead = true;
        Assert.Same(pair[1], queue.TryTake());
    }

    /// <summary>Fault 17: more clients than slots; all that are let in are answered, the others are told when to come back.</summary>
    [Fact]
    public async Task Fault_17_of_64_clients_on_4_slots_each_is_answered_or_refused_at_once()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = 4, QueueLimit = 16 });
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            try
            {
                return (Answer: await Answer.OfAsync(engine, SeedModels.Greedy($"Number {i}", 6)), Refusal: null);
            }
            catch (EngineException refusal)
            {
                return (Answer: (Answer?)null, Refusal: (EngineException?)refusal);
            }
        }));
        Assert.All(outcomes.Where(o => o.Refusal is not null), o => Assert.Equal(EngineErrorKind.QueueFull, o.Refusal!.Kind));
        Assert.True(outcomes.Count(o => o.Answer is not null) >= 16);
    }

    /// <summary>Fault 19: a reader that never reads holds no slot and no memory beyond its own text.</summary>
    [Fact]
    public async Task Fault_19_a_reader_that_does_not_read_delays_nobody_and_loses_nothing()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = 1 });
        var request = SeedModels.Greedy("The river", 200);
        var whole = await Answer.OfAsync(engine, request);
        var token = TestContext.Current.CancellationToken;
        await using var slow = engine.GenerateAsync(request, token).GetAsyncEnumerator(token);
        Assert.True(await slow.MoveNextAsync());
        await Answer.OfAsync(engine, SeedModels.Greedy("Another", 3)); // the only slot was given up though nobody read
        var text = slow.Current is GeneratedText t ? t.Text : "";
        GenerationEvent last = slow.Current;
        while (await slow.MoveNextAsync())
        {
            last = slow.Current;
            text += (last as GeneratedText)?.Text;
        }
        Assert.Equal(whole.Text, text);
        Assert.Equal(whole.End.Usage.CompletionTokens, Assert.IsType<GenerationFinished>(last).Usage.CompletionTokens);
    }

    private static GenerationTicket Ticket(string user = "", AdapterSet? adapters = null) => new(Plan(user, adapters), 0, new EventOutbox(1), null, 0);

    private static GenerationPlan Plan(string user, AdapterSet? adapters = null) => new(SeedModels.Greedy("x") with { User = user }, [1], adapters ?? AdapterSet.Base, 0);

    /// <summary>Nothing of it is loaded: the queue looks at its key alone.</summary>
    private static AdapterSet Rare { get; } = new(null, [(new LoadedAdapter(new AdapterFile("rare", 1, ""), default, "aa", 4, 0, null!), 1f)]);

    private static async Task<List<int>> PlacesAsync(GenerationTicket ticket)
    {
        ticket.Fail(new TimeoutException());
        var places = new List<int>();
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            await foreach (var news in ticket.Outbox.ReadAsync(TestContext.Current.CancellationToken)) { places.Add(Assert.IsType<GenerationQueued>(news).Position); }
        });
        return places;
    }
}
