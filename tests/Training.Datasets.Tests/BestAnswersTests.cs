using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.Training.Datasets.Generating;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

/// <summary>Questions of a dataset are answered several times, and of each the answer that is liked best waits for approval in another.</summary>
public sealed class BestAnswersTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_that_is_liked_best_waits_for_approval_and_what_is_alike_or_unrated_is_dropped()
    {
        var rated = new List<(string Job, TrainingRow Answer)>();
        var said = 0;
        var chat = ScriptedChatClient.Writing((messages, _) => new[] { $"{messages[^1].Text} {(said++ % 4 is var turn && messages[^1].Text == "alike" ? 0 : turn)}" }.ToAsyncEnumerable());
        await using var here = await Installation.StartAsync(chat, working: true, services: services => services.AddSingleton<AnswerRewards>((job, answers, _) =>
        {
            rated.AddRange(answers.Select(answer => (job, answer)));
            return Task.FromResult<IReadOnlyList<double?>>([.. answers.Select(answer => answer.Question == "unrated" ? (double?)null : answer.Reply[^1] == '2' ? 5 : -(answer.Reply[^1] - '0'))]);
        }));
        var library = here.Get<DatasetLibrary>();
        var items = here.Get<DatasetItems>();
        var source = (await library.CreateAsync(Installation.Administrator, "Asked", "", RowKind.Dialogue, Stop)).Id;
        string[] questions = ["first", "alike", "unrated", .. Enumerable.Range(0, 9).Select(n => $"more {n}"), "refused"];
        await items.AddAsync(Installation.Administrator, source, [.. questions.Select(question => new NewItem(TrainingRow.Answer(question, "what stood there", "Be brief."), "list"))], Stop);
        var all = (await items.FindAsync(Installation.Administrator, source, new(), Stop)).Items;
        await items.JudgeAsync(Installation.Administrator, source, [.. all.Where(item => item.Row.Question != "refused").Select(item => item.Id)], RowStatus.Approved, Stop);
        var target = (await library.CreateAsync(Installation.Administrator, "Best", "", RowKind.Dialogue, Stop)).Id;

        var jobs = here.Get<GenerationJobs>();
        await jobs.StartAsync(Installation.Administrator, target, GenerationWish.Best(new(source, "ftjob-1", 4), 50, ""), Stop);
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, target, Stop))[0].EndedAt is not null);

        var job = (await jobs.ListAsync(Installation.Administrator, target, Stop))[0];
        Assert.Equal((GenerationState.Done, 10, (GenerationFault?)null), (job.State, job.Made, job.Error));
        Assert.Equal([("alike", 1), ("unrated", 1), ("used_up", 38)], job.Missing.OrderBy(one => one.Key).Select(one => (one.Key, one.Value))); // together the 50 that were wanted
        var made = (await items.FindAsync(Installation.Administrator, target, new(), Stop)).Items;
        Assert.Equal(["first", .. Enumerable.Range(0, 9).Select(n => $"more {n}")], made.Select(item => item.Row.Question));
        Assert.All(made, item => Assert.Equal(($"{item.Row.Question} 2", RowStatus.New, "list"), (item.Row.Reply, item.Status, item.Source)));
        Assert.All(made, item => Assert.Equal([TurnRole.System, TurnRole.User, TurnRole.Assistant], item.Row.Turns.Select(turn => turn.Role)));
        Assert.Equal(4, rated.Count(one => one.Answer.Question == "first"));
        Assert.Equal(chat.Options.Count, chat.Options.Select(options => options!.Seed).Distinct().Count());
        Assert.All(chat.Options, options => Assert.Equal(Installation.Administrator.UserId, options!.AdditionalProperties!["asked_by"])); // one person's, however many they are
        Assert.DoesNotContain(rated, one => one.Answer.Question is "alike" or "refused" || one.Job != "ftjob-1");
        Assert.DoesNotContain(chat.Requests.SelectMany(messages => messages), message => message.Text == "what stood there");
    }

    [Fact]
    public async Task What_the_newest_version_of_the_source_holds_back_is_not_asked()
    {
        var said = 0;
        var chat = ScriptedChatClient.Writing((_, _) => new[] { $"answer {said++}" }.ToAsyncEnumerable());
        await using var here = await Installation.StartAsync(chat, working: true, services: services => services.AddSingleton<AnswerRewards>((_, answers, _) => Task.FromResult<IReadOnlyList<double?>>([.. answers.Select(answer => (double?)1)])));
        var (library, items, versions) = (here.Get<DatasetLibrary>(), here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        var source = (await library.CreateAsync(Installation.Administrator, "Asked", "", RowKind.Dialogue, Stop)).Id;
        await items.AddAsync(Installation.Administrator, source, [.. Enumerable.Range(0, 20).Select(row => new NewItem(TrainingRow.Answer($"question {row}", $"what stood at {row}"), "list"))], Stop);
        await items.JudgeAsync(Installation.Administrator, source, new ItemQuery(), RowStatus.Approved, Stop);
        await versions.FreezeAsync(Installation.Administrator, source, 0.25, 1, "", Stop);
        var held = await versions.HeldBackAsync(Installation.Administrator, source, Stop);
        Assert.NotEmpty(held);
        var measured = (await items.FindAsync(Installation.Administrator, source, new(), Stop)).Items.Where(item => held.Contains(item.Id)).Select(item => item.Row.Question).ToHashSet();
        var target = (await library.CreateAsync(Installation.Administrator, "Best", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        await jobs.StartAsync(Installation.Administrator, target, GenerationWish.Best(new(source, "ftjob-1", 2), 50, ""), Stop);
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, target, Stop))[0].EndedAt is not null);
        var made = (await items.FindAsync(Installation.Administrator, target, new(), Stop)).Items;
        Assert.Equal(20 - held.Count, made.Count);
        var job = (await jobs.ListAsync(Installation.Administrator, target, Stop))[0];
        Assert.Equal((held.Count, 30), (job.Missing["held_back"], job.Missing["used_up"]));
        Assert.DoesNotContain(made, item => measured.Contains(item.Row.Question));
        Assert.DoesNotContain(chat.Requests.SelectMany(messages => messages), message => measured.Contains(message.Text));
    }

    [Theory]
    [InlineData(1, "ftjob-1", "samples_out_of_range")]
    [InlineData(17, "ftjob-1", "samples_out_of_range")]
    [InlineData(4, "", "no_reward")]
    public async Task A_wish_that_cannot_be_met_is_refused(int samples, string job, string code)
    {
        await using var here = await Installation.StartAsync();
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Asked", "", RowKind.Dialogue, Stop)).Id;
        Assert.Equal(code, (await Assert.ThrowsAsync<DatasetException>(() => here.Get<GenerationJobs>().StartAsync(Installation.Administrator, set, GenerationWish.Best(new(set, job, samples), 5, ""), Stop))).Code);
    }
}
