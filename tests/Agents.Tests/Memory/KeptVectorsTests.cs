using Microsoft.EntityFrameworkCore;
using Platform.Agents.Definitions;
using Platform.Fakes;

namespace Platform.Agents.Tests.Memory;

public sealed class KeptVectorsTests
{
    private static readonly Demonstration[] Store = [new("How many days of annual leave?", "27 days."), new("Who approves travel?", "Your manager."), new("What is the wifi password?", "Ask the desk.")];

    private static readonly AgentDefinition Clerk = new() { Name = "Clerk", Slug = "clerk", Memory = new(MemoryScope.User), Prompting = new(Demonstrations: Store, Shown: 1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_has_its_question_embedded_and_of_memories_and_demonstrations_only_what_is_new()
    {
        var chat = ScriptedChatClient.Saying("Yes.");
        await using var rig = await AgentsRig.StartAsync(chat);
        var agent = (await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation)).Id;
        List<string> embedded = [];
        rig.Embeddings.OnBatch = (texts, _) =>
        {
            embedded.AddRange(texts);
            return Task.CompletedTask;
        };
        const string Question = "How many days of annual leave?", First = "Annual leave: Anna took five days of annual leave.", Edited = "Annual leave: Anna took six days of annual leave.";
        var kept = await rig.Memories.AddAsync(AgentsRig.Anna, agent, First, shared: false, Cancellation);
        await rig.Memories.AddAsync(AgentsRig.Anna, agent, "Zebras eat grass.", shared: false, Cancellation);

        Assert.Equal(((string[])[Question, .. Store.Select(d => d.Question), Question, First, "Zebras eat grass."]).Order(), (await AskAsync(Clerk)).Order());
        Assert.Equal([Question, Question], await AskAsync(Clerk));
        Assert.Contains("took five days", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
        Assert.Contains("27 days.", chat.Requests.Last()[0].Text, StringComparison.Ordinal);

        await rig.Memories.EditAsync(AgentsRig.Anna, kept.Id, Edited, Cancellation);
        Assert.Equal([Question, Question, Edited], await AskAsync(Clerk));
        await AskAsync(Clerk with { Prompting = new(Demonstrations: [.. Store.Take(2), new("Who pays?", "The firm.")], Shown: 1) });
        Assert.Equal(2 + 4, await CountAsync()); // of what was edited nothing is kept; of what the draft has still, all
        Assert.Equal([Question, Question], await AskAsync(Clerk)); // a trial beside it changes nothing for the others
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent, Clerk with { Prompting = new(Demonstrations: [.. Store.Take(1)]) }, null, Cancellation);
        await AskAsync(Clerk with { Prompting = new(Demonstrations: [.. Store.Take(1), new("Who waits?", "Eve.")], Shown: 1) });
        Assert.Equal(2 + 2, await CountAsync()); // of what was taken out, nothing
        await rig.Memories.DeleteAsync(AgentsRig.Anna, kept.Id, Cancellation);
        Assert.Equal(1 + 2, await CountAsync());
        await rig.Agents.DeleteAsync(AgentsRig.Anna, agent, Cancellation);
        Assert.Equal(0, await CountAsync());

        async Task<List<string>> AskAsync(AgentDefinition asked)
        {
            embedded.Clear();
            await rig.EventsAsync(await rig.LetAsync(asked, Question, id: agent));
            return [.. embedded];
        }

        async Task<int> CountAsync()
        {
            await using var db = rig.OpenDatabase();
            return await db.Vectors.CountAsync(Cancellation);
        }
    }

    [Fact]
    public async Task With_another_model_everything_is_embedded_once_more_and_nothing_is_compared_across()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Yes."));
        var agent = (await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation)).Id;
        await using var db = rig.OpenDatabase();
        Assert.Equal<int[]>([1, 0], await BestAsync(new HashEmbeddings()));
        Assert.Equal<int[]>([1, 0], await BestAsync(new HashEmbeddings(32, "other@2")));
        Assert.Equal(["other@2"], await db.Vectors.Select(v => v.Model).Distinct().ToListAsync(Cancellation));
        Assert.All(await db.Vectors.Select(v => v.Vector.Length).ToListAsync(Cancellation), length => Assert.Equal(32 * sizeof(float), length));

        async Task<int[]> BestAsync(HashEmbeddings embeddings)
        {
            Platform.Agents.Memory.KeptVectors vectors = new(rig.Databases, embeddings);
            var likeness = await vectors.LikenessAsync(agent, Platform.Agents.Memory.VectorUse.Demonstration, "annual leave days", ["zebras", "days of annual leave"], Cancellation); // where nothing is near, the order stays
            return [.. Enumerable.Range(0, 2).OrderByDescending(i => likeness[i])];
        }
    }
}
