using Microsoft.EntityFrameworkCore;
using Platform.Training.Datasets.Generating;
using Platform.Training.Datasets.Presets;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

public sealed class SavedPresetsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Administrators_keep_presets_by_name_and_nobody_else_sees_or_changes_them()
    {
        await using var here = await Installation.StartAsync();
        var presets = here.Get<SavedPresets>();
        await presets.SaveAsync(Installation.Administrator, new("Small sets", "one"), Stop);
        await presets.SaveAsync(Installation.Administrator, new(" Small sets ", "two"), Stop);
        await presets.SaveAsync(Installation.Administrator, new("All night", "three"), Stop);
        Assert.Equal([new("All night", "three"), new("Small sets", "two")], await presets.ListAsync(Installation.Administrator, Stop));
        Assert.Empty(await presets.ListAsync(Installation.Person, Stop));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => presets.SaveAsync(Installation.Person, new("Mine", "x"), Stop));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => presets.DeleteAsync(Installation.Person, "All night", Stop));
        await presets.DeleteAsync(Installation.Administrator, "All night", Stop);
        Assert.Equal("Small sets", Assert.Single(await presets.ListAsync(Installation.Administrator, Stop)).Name);
        Assert.Equal("name_empty", (await Assert.ThrowsAsync<DatasetException>(() => presets.SaveAsync(Installation.Administrator, new(" ", "x"), Stop))).Code);
        Assert.Equal("preset_too_long", (await Assert.ThrowsAsync<DatasetException>(() => presets.SaveAsync(Installation.Administrator, new("x", new string('x', SavedPresets.MaxContent + 1)), Stop))).Code);
    }

    [Fact]
    public async Task Two_windows_that_keep_one_name_in_the_same_moment_both_do()
    {
        await using var here = await Installation.StartAsync();
        var presets = here.Get<SavedPresets>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(window => Task.Run(() => presets.SaveAsync(Installation.Administrator, new("Night", $"{window}"), Stop), Stop)));
        Assert.Equal("Night", Assert.Single(await presets.ListAsync(Installation.Administrator, Stop)).Name);
    }

    [Fact]
    public async Task There_are_no_more_than_may_be()
    {
        await using var here = await Installation.StartAsync();
        var presets = here.Get<SavedPresets>();
        for (var i = 0; i < SavedPresets.MaxPresets; i++)
            await presets.SaveAsync(Installation.Administrator, new($"preset {i}", "x"), Stop);
        await presets.SaveAsync(Installation.Administrator, new("preset 7", "y"), Stop);
        Assert.Equal("too_many_presets", (await Assert.ThrowsAsync<DatasetException>(() => presets.SaveAsync(Installation.Administrator, new("one more", "x"), Stop))).Code);
    }

    [Fact]
    public async Task Tables_of_before_get_what_is_new()
    {
        await using var here = await Installation.StartAsync();
        await using var db = await here.Get<IDbContextFactory<DatasetsContext>>().CreateDbContextAsync(Stop);
        await db.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_feedback DROP COLUMN "MayLearn" """, Stop);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE datasets_presets", Stop);
        await db.Database.ExecuteSqlRawAsync("""INSERT INTO datasets_feedback ("MessageId", "ConversationId", "OwnerId", "Good", "Reasons", "Comment", "Correction", "Asked", "Answer", "State", "GivenAt") VALUES ('A1B2C3D4-0000-0000-0000-000000000001', 'A1B2C3D4-0000-0000-0000-000000000002', 'ben', 1, '[]', '', '', '[]', 'Yes.', 0, 0)""", Stop);
        await db.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations DROP COLUMN "Missing" """, Stop);
        await db.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations ADD COLUMN "Dropped" integer NOT NULL DEFAULT 0""", Stop);
        await TableSteps.All[3](db, Stop);
        await TableSteps.All[4](db, Stop);
        Assert.True((await db.Feedback.SingleAsync(Stop)).MayLearn);
        Assert.Equal(0, await db.Presets.CountAsync(Stop));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        await here.Get<GenerationJobs>().StartAsync(Installation.Administrator, set, new(Guid.NewGuid(), [], [QuestionKind.Fact], 2), Stop);
        Assert.Empty((await here.Get<GenerationJobs>().ListAsync(Installation.Administrator, set, Stop))[0].Missing);
    }
}
