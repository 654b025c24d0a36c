using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Access;
using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Evaluation;

/// <summary>Golden questions stay with their knowledge base: for whom it is, as long as it is there, within limits.</summary>
public sealed class GoldenSetsTests : IAsyncLifetime
{
    private const string Question = """{"question":"Who pays?","document":"rules.md"}""";
    private readonly TempFolder _folder = new();
    private Room _room = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GoldenSets Sets => _room.Get<GoldenSets>();

    [Fact]
    public async Task Questions_are_kept_for_whoever_may_read_the_base_and_go_with_it()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada, shared: true)).Id;
        KeptGoldenSet kept = await AddAsync(Room.Ada, baseId, "rules.jsonl", $"{Question}\n\n{Question}\n");
        Assert.Equal(("rules.jsonl", 2), (kept.Name, kept.Questions));
        Assert.Equal([kept], await Sets.ListAsync(Room.Bob, baseId, Token));
        Assert.Equal($"{Question}\n\n{Question}\n", await Sets.ReadAsync(Room.Bob, kept.Id, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => AddAsync(Room.Bob, baseId, "mine", Question));
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.DeleteAsync(Room.Bob, kept.Id, Token));
        KeptGoldenSet other = await AddAsync(Room.Admin, baseId, "", Question);
        await Sets.DeleteAsync(Room.Ada, other.Id, Token);
        await _room.Bases.DeleteAsync(Room.Ada, baseId, Token);
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.ReadAsync(Room.Admin, kept.Id, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.ListAsync(Room.Admin, baseId, Token));
    }

    [Fact]
    public async Task Questions_of_a_base_that_is_not_shared_are_nobody_elses()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        KeptGoldenSet kept = await AddAsync(Room.Ada, baseId, "rules", Question);
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.ListAsync(Room.Bob, baseId, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.ReadAsync(Room.Bob, kept.Id, Token));
    }

    [Fact]
    public async Task What_is_no_question_or_too_much_is_refused_with_its_line_or_limit()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        foreach (string wrong in (string[])["no JSON", "null", """{"id":"1"}"""])
        {
            Assert.Contains("rules.jsonl, line 2", (await Assert.ThrowsAsync<InvalidDataException>(() => AddAsync(Room.Ada, baseId, "rules.jsonl", $"{Question}\n{wrong}"))).Message, StringComparison.Ordinal);
        }

        Assert.Equal(GoldenSetFault.Questions, await FaultAsync(""));
        Assert.Equal(GoldenSetFault.Questions, await FaultAsync(string.Concat(Enumerable.Repeat(Question + "\n", GoldenSets.MostQuestions + 1))));
        Assert.Equal(GoldenSetFault.Bytes, await FaultAsync(new string(' ', GoldenSets.MostBytes + 1)));
        for (int i = 0; i < GoldenSets.MostSets; i++)
        {
            await AddAsync(Room.Ada, baseId, new string('n', GoldenSets.LongestName + 1), Question);
        }

        Assert.Equal(GoldenSetFault.Sets, await FaultAsync(Question));

        async Task<GoldenSetFault> FaultAsync(string content) => (await Assert.ThrowsAsync<GoldenSetException>(() => AddAsync(Room.Ada, baseId, "x", content))).Fault;
    }

    [Fact]
    public async Task A_name_is_cut_between_characters_and_holds_nothing_that_is_not_stored()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        string name = new('n', GoldenSets.LongestName - 1);
        Assert.Equal(name, (await AddAsync(Room.Ada, baseId, $"{name}😀.jsonl", Question)).Name);
        Assert.Equal("rules", (await AddAsync(Room.Ada, baseId, "ru\0les", Question)).Name);
        Assert.Equal(["golden", "rules", name], (await AddAsync(Room.Ada, baseId, "\0", Question), await Sets.ListAsync(Room.Ada, baseId, Token)).Item2.Select(set => set.Name));
    }

    [Fact]
    public async Task Tables_of_before_get_the_one_for_questions()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        await using (RetrievalContext before = await _room.Get<IDbContextFactory<RetrievalContext>>().CreateDbContextAsync(Token))
        {
            await before.Database.ExecuteSqlRawAsync("DROP TABLE retrieval_golden_sets", Token);
            await before.Database.ExecuteSqlRawAsync("UPDATE room_versions SET version = 3 WHERE room = 'retrieval'", Token);
            await PlatformDatabase.PrepareAsync(before, RetrievalContext.Room, RetrievalContext.Version, Token, RetrievalContext.Steps);
        }

        KeptGoldenSet kept = await AddAsync(Room.Ada, baseId, "rules", Question);
        await _room.Bases.DeleteAsync(Room.Ada, baseId, Token);
        await Assert.ThrowsAsync<NotFoundException>(() => Sets.ReadAsync(Room.Ada, kept.Id, Token));
    }

    private Task<KeptGoldenSet> AddAsync(Caller caller, Guid baseId, string name, string content) => Sets.AddAsync(caller, baseId, name, new MemoryStream(Encoding.UTF8.GetBytes(content)), Token);

    public async ValueTask InitializeAsync() => _room = await Room.OpenAsync(_folder.Data, working: false);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }
}
