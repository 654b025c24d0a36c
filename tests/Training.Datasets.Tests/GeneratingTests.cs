using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Storage;
using Platform.Training.Datasets.Generating;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

public sealed class GeneratingTests
{
    private const string Leave = """
        # Annual leave

        Employees with five years of service have twenty five days of annual leave in each calendar year.

        # Sick leave

        Whoever is ill tells the direct manager before ten o'clock on the first day of absence.
        """;

    private const string Travel = """
        # 差旅报销

        员工应当在出差结束后十个工作日内，通过报销系统提交所有费用单据。
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_model_that_can_answer_rows_are_made_by_rule_and_their_answers_stand_in_the_documents()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var handbook = await here.BaseAsync(("leave.md", Leave), ("差旅.md", Travel));
        var made = await MadeAsync(here, new(handbook, [], [QuestionKind.Fact, QuestionKind.Reverse, QuestionKind.Refusal, QuestionKind.MultiHop], 8));
        var rows = made.Where(row => row.Item is not null).ToArray();
        Assert.Equal([QuestionKind.Fact, QuestionKind.Reverse, QuestionKind.Refusal, QuestionKind.MultiHop], rows.Select(row => row.Kind).Distinct().Order());
        foreach (var row in rows.Where(row => row.Kind != QuestionKind.Refusal))
        {
            var span = row.Item!.Span!;
            var text = (await here.Get<DocumentLibrary>().ReadTextAsync(Installation.Administrator, span.DocumentId!.Value, Stop)).Text;
            Assert.Equal(span.Quote, text[span.Start..span.End]);
            if (row.Kind == QuestionKind.Fact) Assert.Equal(span.Quote, row.Item.Row.Reply);
            Assert.Equal(row.Kind == QuestionKind.MultiHop, span.Second is not null);
            if (span.Second is { } second) Assert.Equal($"{span.Quote} {text[second.Start..second.End]}", row.Item.Row.Reply);
        }
        Assert.All(rows.Where(row => row.Kind == QuestionKind.Refusal), row => Assert.Equal(("", null), (row.Item!.Source, row.Item.Span))); // nothing says anything of it
        Assert.Contains(rows, row => row.Item!.Row.Question.Contains("差旅报销", StringComparison.Ordinal));
        Assert.Equal(rows.Length, rows.Select(row => row.Item!.Row.Question).Distinct().Count());
        Assert.All(rows, row => Assert.StartsWith("document:", row.Item!.Origin, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chinese_sentence_with_an_english_title_is_asked_for_in_chinese_and_an_english_one_with_a_chinese_name_in_english()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var rules = await here.BaseAsync(("信息安全.md", "# 适用范围\n\n总部的《IT Security Rules》不适用于中国办公室。\n"), ("offices.md", "# Offices\n\nThe rules of the headquarters do not apply to the office in 上海.\n"));
        var asked = (await MadeAsync(here, new(rules, [], [QuestionKind.Reverse], 2))).Select(made => made.Item!.Row.Question).ToArray();
        Assert.Contains("哪份文件写着：“总部的《IT Security Rules》不适用于中国办公室。”？", asked);
        Assert.Contains("Which document says: \"The rules of the headquarters do not apply to the office in 上海.\"", asked);
    }

    [Fact]
    public async Task Rows_of_one_document_are_held_back_by_section_and_a_rule_asks_for_what_no_document_says_in_many_ways()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var rules = string.Concat(Enumerable.Range(1, 12).Select(section => $"# Rule {section}\n\nDevice number {section} is returned to the counter of hall {section * 7} before the evening.\n\nWhoever loses key {section} tells the guard of gate {section * 3} within the hour.\n\n"));
        var handbook = await here.BaseAsync(("rules.md", rules));
        var rows = (await MadeAsync(here, new(handbook, [], GenerationWish.UsualKinds(byRule: true), 100))).Select(made => made.Item).OfType<NewItem>().ToArray();
        Assert.Equal(24, rows.Count(row => row.Span is not null)); // each sentence is asked of, however many another kind has
        Assert.True(rows.Count(row => row.Span is null) >= 20, $"{rows.Count(row => row.Span is null)} of 24 subjects were asked for");
        var (set, items, versions) = ((await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Rows", "", RowKind.Dialogue, Stop)).Id, here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        await items.AddAsync(Installation.Administrator, set, rows, Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var plan = await versions.PlanAsync(Installation.Administrator, set, 0.2, 42, Stop);
        Assert.True(plan is { IsBySection: true, Sources: 1, HeldSources: 1, HeldBack: > 4 and < 15 }, plan.ToString());
        Assert.Equal(plan.HeldBack, (await versions.FreezeAsync(Installation.Administrator, set, 0.2, 42, "", Stop)).Version.HeldBack);
    }

    [Fact]
    public async Task A_job_says_how_many_rows_are_missing_and_for_which_reasons()
    {
        var asked = 0;
        string[] answers =
        [
            """{"question":"How many days of annual leave are there after five years of service?","answer":"Employees with five years of service have twenty five days."}""",
            """{"question":"How much is paid, and how?","answer":"Nine hundred euros are paid on Fridays by cheque."}""",
        ];
        var chat = ScriptedChatClient.Writing((_, _) => AsyncEnumerable.Repeat(answers[asked++ is 0 or > 4 ? 0 : 1], 1)); // one holds, one is given up after four tries, and the rest repeat the first
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync(("leave.md", "# Annual leave\n\n" + string.Concat(Enumerable.Range(0, 5).Select(place => $"Employees with five years of service have twenty five days of annual leave in place {place}. "))));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        async Task<Generation> EndedAsync(int count)
        {
            await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], count), Stop);
            await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
            return (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        }
        var first = await EndedAsync(20);
        Assert.Equal((1, "not_in_passage 1, repeated 1, used_up 17"), (first.Made, Told(first)));
        Assert.Equal(10, asked); // each of five sentences is asked of twice
        var again = await EndedAsync(1);
        Assert.Equal((0, "in_dataset 1"), (again.Made, Told(again)));

        static string Told(Generation job) => string.Join(", ", job.Missing.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}"));
    }

    [Fact]
    public async Task Where_one_kind_has_nothing_left_to_ask_the_others_make_its_rows_and_each_kind_asks_of_every_sentence()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var rules = await here.BaseAsync(("rules.md", string.Concat(Enumerable.Range(1, 40).Select(section => $"# Rule {section}\n\nDevice number {section} is returned to the counter of hall {section * 7} before the evening.\n\n"))));
        var made = await MadeAsync(here, new(rules, [], GenerationWish.UsualKinds(byRule: true), 60));
        Assert.Equal(60, made.Count(row => row.Item is not null));
        Assert.InRange(made.Count(row => row is { Item: not null, Kind: QuestionKind.Refusal }), 20, RuleQuestions.Refusals);
        Assert.Equal(0, made.Sum(row => row.Missing));
    }

    [Fact]
    public async Task Numbers_of_headings_and_marks_of_lists_are_no_part_of_questions_and_answers()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var rules = await here.BaseAsync(("rules.md", "# 2. Devices\n\n- The screen of every notebook locks by itself after five minutes without work.\n"));
        var row = (await MadeAsync(here, new(rules, [], [QuestionKind.Fact], 1))).Single(made => made.Item is not null).Item!;
        Assert.Contains("Devices", row.Row.Question, StringComparison.Ordinal);
        Assert.DoesNotContain("2.", row.Row.Question, StringComparison.Ordinal);
        Assert.StartsWith("The screen", row.Row.Reply, StringComparison.Ordinal);
        var text = (await here.Get<DocumentLibrary>().ReadTextAsync(Installation.Administrator, row.Span!.DocumentId!.Value, Stop)).Text;
        Assert.Equal(row.Row.Reply, text[row.Span.Start..row.Span.End]);
    }

    [Fact]
    public async Task What_a_model_writes_is_kept_only_where_it_holds()
    {
        string[] answers =
        [
            """{"question":"How many days of annual leave are there after five years of service?","answer":"Employees with five years of service have twenty five days."}""",
            """{"question":"How many days of annual leave are there after nine years?","answer":"Nine hundred euros are paid on Fridays by cheque."}""",
            "I cannot do that.",
        ];
        var asked = 0;
        var chat = ScriptedChatClient.Writing((_, _) => new[] { answers[Math.Min(asked++, answers.Length - 1)] }.ToAsyncEnumerable());
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync(("leave.md", "# Annual leave\n\nEmployees with five years of service have twenty five days of annual leave in each calendar year.\n\nWhoever is ill tells the direct manager before ten o'clock on the first day."));
        var made = await MadeAsync(here, new(handbook, [], [QuestionKind.Fact], 3));
        Assert.Equal(["", "not_in_passage"], made.Take(2).Select(row => row.Dropped));
        Assert.Equal("Employees with five years of service have twenty five days of annual leave in each calendar year.", made[0].Item!.Span!.Quote);
        Assert.Equal(["no_json", "no_json", "used_up"], made.Skip(2).Select(row => row.Dropped));
        Assert.All(chat.Options, options => Assert.IsType<ChatResponseFormatJson>(options!.ResponseFormat));
    }

    [Fact]
    public async Task What_a_model_says_of_two_places_is_kept_where_each_holds_a_part_of_it()
    {
        string[] answers =
        [
            """{"question":"How long is annual leave after five years, and when does the manager hear of sick leave?","answer":"Twenty five days of annual leave after five years, and the direct manager hears of it before ten o'clock on the first day."}""",
            """{"question":"How long is annual leave after five years of service?","answer":"Employees with five years of service have twenty five days of annual leave in each calendar year."}""",
            """{"question":"What is paid, and when does the manager hear of sick leave?","answer":"Nine hundred euros on Fridays by cheque without tax, and the direct manager before ten o'clock."}""",
        ];
        var asked = 0;
        var chat = ScriptedChatClient.Writing((_, _) => new[] { answers[Math.Min(asked++, answers.Length - 1)] }.ToAsyncEnumerable());
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync(("leave.md", Leave));
        var made = await MadeAsync(here, new(handbook, [], [QuestionKind.MultiHop], 3));
        Assert.Equal(["", "not_in_passage", "not_in_passage"], made.Take(3).Select(row => row.Dropped));
        string?[] places = [made[0].Item!.Span!.Quote, made[0].Item!.Span!.Second?.Quote];
        Assert.Contains(places, quote => quote!.Contains("five years of service", StringComparison.Ordinal));
        Assert.Contains(places, quote => quote!.Contains("direct manager", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_document_without_a_second_place_nothing_is_asked_of_two()
    {
        const string Written = """{"question":"How long is annual leave after five years?","answer":"Employees with five years of service have twenty five days of annual leave in each calendar year."}""";
        var chat = ScriptedChatClient.Writing((_, _) => Enumerable.Repeat(Written, 1).ToAsyncEnumerable());
        await using var here = await Installation.StartAsync(chat, working: true);
        var plain = await here.BaseAsync(("leave.md", "Employees with five years of service have twenty five days of annual leave in each calendar year."));
        var made = await MadeAsync(here, new(plain, [], [QuestionKind.MultiHop], 2));
        Assert.NotEmpty(made);
        Assert.All(made.SkipLast(1), row => Assert.Equal((null, "no_heading"), (row.Item, row.Dropped)));
        Assert.Equal(("used_up", 2), (made[^1].Dropped, made[^1].Missing));
        Assert.Empty(chat.Options);
    }

    [Fact]
    public async Task A_job_makes_its_rows_in_the_background_and_they_wait_for_approval()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var handbook = await here.BaseAsync(("leave.md", Leave), ("差旅.md", Travel));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact, QuestionKind.Reverse], 6), Stop);
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
        var job = (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        var page = await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set, new(), Stop);
        Assert.Equal((GenerationState.Done, job.Made), (job.State, page.Total));
        Assert.InRange(page.Total, 4, 6);
        Assert.Equal(6, job.Made + job.Missing.Values.Sum());
        Assert.All(page.Items, item => Assert.Equal(RowStatus.New, item.Status));
    }

    [Fact]
    public async Task A_job_that_was_cut_off_goes_on_at_the_next_start_and_one_that_fails_says_why()
    {
        var folder = Directory.CreateTempSubdirectory("platform-datasets-");
        Guid set;
        await using (var before = await Installation.StartAsync(folder: folder))
        {
            set = (await before.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
            await before.Get<GenerationJobs>().StartAsync(Installation.Administrator, set, new(Guid.NewGuid(), [], [QuestionKind.Fact], 2), Stop);
            await before.Get<GenerationJobs>().NextAsync(Stop); // taken, and then the program ends
            before.KeepFolder();
        }
        await using var here = await Installation.StartAsync(working: true, folder: folder);
        var jobs = here.Get<GenerationJobs>();
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
        var job = (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        Assert.Equal(GenerationState.Failed, job.State);
        Assert.Equal("documents_gone", job.Error?.Code);
        Assert.Equal(new GenerationFault("", "As it was."), GenerationFault.Read("As it was.")); // a job of before
    }

    [Fact]
    public async Task Of_several_processes_one_works_on_a_job_and_another_when_the_first_says_no_more()
    {
        await using var here = await Installation.StartAsync();
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        ManualClock clock = new();
        using var first = Process("first");
        using var second = Process("second");
        await first.StartAsync(Installation.Administrator, set, new(Guid.NewGuid(), [], [QuestionKind.Fact], 2), Stop);
        var taken = await Task.WhenAll(first.NextAsync(Stop), second.NextAsync(Stop));
        var job = Assert.Single(taken.OfType<(Generation Job, GenerationPlace Place, string OwnerId, CancellationToken Stop)>()).Job.Id;
        var (holder, other) = taken[0] is null ? (second, first) : (first, second);
        clock.Advance(GenerationJobs.LeaseTime - TimeSpan.FromSeconds(1));
        Assert.True(await holder.KeepAsync(job, Stop));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await other.NextAsync(Stop));

        clock.Advance(GenerationJobs.LeaseTime);
        var again = await other.NextAsync(Stop);
        Assert.Equal(job, again!.Value.Job.Id);
        Assert.False(await holder.ProgressAsync(job, 1, 1, new Dictionary<string, int>(), null, Stop)); // it was away too long: what it counts is not stored
        Assert.True((taken[0] ?? taken[1])!.Value.Stop.IsCancellationRequested);
        Assert.Equal(0, (await first.ListAsync(Installation.Administrator, set, Stop))[0].Done);

        await holder.CancelAsync(Installation.Administrator, set, job, Stop);
        Assert.False(await other.KeepAsync(job, Stop));
        Assert.True(again.Value.Stop.IsCancellationRequested);
        Assert.Null(await other.NextAsync(Stop));
        Assert.Equal(GenerationState.Cancelled, (await first.ListAsync(Installation.Administrator, set, Stop))[0].State);

        GenerationJobs Process(string name) => new(here.Get<IDbContextFactory<DatasetsContext>>(), new LeaseOwner(new DataFolder(name)), clock);
    }

    [Fact]
    public async Task A_model_service_that_is_away_for_a_while_ends_no_job()
    {
        var asked = 0;
        var chat = ScriptedChatClient.Writing((_, _) => asked++ < 2 ? throw new ModelHostException(ModelHostErrorKind.Unavailable, "The model service is away.")
            : AsyncEnumerable.Repeat("""{"question":"How many days of annual leave are there after five years of service?","answer":"Employees with five years of service have twenty five days."}""", 1));
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync(("leave.md", "# Annual leave\n\nEmployees with five years of service have twenty five days of annual leave in each calendar year."));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], 1), Stop);
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
        var job = (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        Assert.Equal((GenerationState.Done, 1, (GenerationFault?)null), (job.State, job.Made, job.Error));
        Assert.Equal(3, asked);
    }

    /// <summary>Begun anew it would ask of the same passages, and miss the rows that are in the dataset by then.</summary>
    [Fact]
    public async Task A_job_that_waited_for_the_model_service_goes_on_with_the_passages_that_it_did_not_ask_of()
    {
        string[] towns = ["Lisbon", "Oslo", "Vienna", "Prague", "Madrid", "Dublin", "Athens", "Warsaw", "Zagreb", "Helsinki", "Berne", "Rome", "Paris", "Tallinn", "Riga", "Vilnius", "Sofia", "Bucharest", "Valletta", "Nicosia"];
        Dictionary<string, bool> holds = [];
        var (asked, isBusy) = (0, true);
        var chat = ScriptedChatClient.Writing((messages, _) =>
        {
            asked++;
            var passage = messages[^1].Text;
            var town = towns.First(name => passage.Contains($"in {name} have", StringComparison.Ordinal));
            if (isBusy && holds.Count == 9)
            {
                isBusy = false;
                throw new ModelHostException(ModelHostErrorKind.Busy, "Others are answered.");
            }

            holds.TryAdd(town, holds.Count % 2 == 0); // every second one brings no row, each time
            return AsyncEnumerable.Repeat($$"""{"question":"How many days of annual leave have employees in {{town}}?","answer":"{{(holds[town] ? $"Employees in {town} have twenty five days of annual leave in each calendar year." : "Nine hundred euros are paid on Fridays by cheque.")}}"}""", 1);
        });
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync([.. towns.Select(town => ($"{town}.md", $"# {town}\n\nEmployees in {town} have twenty five days of annual leave in each calendar year."))]);
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], 10), Stop);
        await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
        var job = (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        Assert.Equal((GenerationState.Done, 10, "", 20), (job.State, job.Made, string.Join(", ", job.Missing), asked)); // 19 passages, one of them twice
    }

    /// <summary>Another process knows how many rows were made, and has to know of which passages it asked for them.</summary>
    [Fact]
    public async Task A_job_that_goes_on_in_another_process_asks_of_no_passage_again()
    {
        string[] towns = ["Lisbon", "Oslo", "Vienna", "Prague", "Madrid", "Dublin", "Athens", "Warsaw", "Zagreb", "Helsinki", "Berne", "Rome", "Paris", "Tallinn", "Riga", "Vilnius", "Sofia", "Bucharest", "Valletta", "Nicosia"];
        List<string> asked = [];
        var isBroken = true;
        var chat = ScriptedChatClient.Writing((messages, _) =>
        {
            if (isBroken && asked.Count == 10)
                throw new ModelHostException(ModelHostErrorKind.Failed, "The model broke.");
            var town = towns.First(name => messages[^1].Text.Contains($"in {name} have", StringComparison.Ordinal));
            asked.Add(town); // every second one brings no row
            return AsyncEnumerable.Repeat($$"""{"question":"How many days of annual leave have employees in {{town}}?","answer":"{{(asked.Count % 2 == 0 ? $"Employees in {town} have twenty five days of annual leave in each calendar year." : "Nine hundred euros are paid on Fridays by cheque.")}}"}""", 1);
        });
        var folder = Directory.CreateTempSubdirectory("platform-datasets-");
        var before = await Installation.StartAsync(chat, working: true, folder: folder);
        var handbook = await before.BaseAsync([.. towns.Select(town => ($"{town}.md", $"# {town}\n\nEmployees in {town} have twenty five days of annual leave in each calendar year."))]);
        var set = (await before.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var job = await before.Get<GenerationJobs>().StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], 10), Stop);
        var failed = await EndedAsync(before);
        Assert.Equal((GenerationState.Failed, 5, 5), (failed.State, failed.Done, failed.Made));
        before.KeepFolder();
        await before.DisposeAsync();

        isBroken = false;
        await using var here = await Installation.StartAsync(chat, working: true, folder: folder);
        await here.Get<GenerationJobs>().GoOnAsync(Installation.Administrator, set, job.Id, Stop);
        var done = await EndedAsync(here);
        Assert.Equal((GenerationState.Done, 10, ""), (done.State, done.Made, string.Join(", ", done.Missing)));
        Assert.Equal(towns.Order(), asked.Order());

        async Task<Generation> EndedAsync(Installation at)
        {
            await Installation.UntilAsync(async () => (await at.Get<GenerationJobs>().ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
            return (await at.Get<GenerationJobs>().ListAsync(Installation.Administrator, set, Stop))[0];
        }
    }

    [Fact]
    public async Task A_job_that_failed_goes_on_where_it_stood()
    {
        var asked = 0;
        var chat = ScriptedChatClient.Writing((messages, _) => asked++ == 11 ? throw new ModelHostException(ModelHostErrorKind.Failed, "The model broke.")
            : AsyncEnumerable.Repeat($$"""{"question":"{{new string('?', asked)}} How many days of annual leave are there after five years of service?","answer":"Employees with five years of service have twenty five days."}""", 1));
        await using var here = await Installation.StartAsync(chat, working: true);
        var handbook = await here.BaseAsync(("leave.md", "# Annual leave\n\n" + string.Concat(Enumerable.Range(0, 20).Select(place => $"Employees with five years of service have twenty five days of annual leave in place {place}. "))));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        var job = await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], 14), Stop);
        async Task<Generation> EndedAsync()
        {
            await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop))[0].EndedAt is not null);
            return (await jobs.ListAsync(Installation.Administrator, set, Stop))[0];
        }
        var failed = await EndedAsync();
        Assert.Equal((GenerationState.Failed, 10, 10, new GenerationFault("model_refused", "The model broke.")), (failed.State, failed.Done, failed.Made, failed.Error));
        await jobs.GoOnAsync(Installation.Administrator, set, job.Id, Stop);
        var done = await EndedAsync();
        Assert.Equal((GenerationState.Done, 14, (GenerationFault?)null), (done.State, done.Made, done.Error));
        Assert.Equal(12 + 4, asked); // of the first ten none is written again
        await jobs.GoOnAsync(Installation.Administrator, set, job.Id, Stop);
        Assert.Equal(done, (await jobs.ListAsync(Installation.Administrator, set, Stop))[0] with { Wish = done.Wish, Missing = done.Missing });
        await Assert.ThrowsAsync<NotFoundException>(() => jobs.GoOnAsync(Installation.Person, set, job.Id, Stop));
    }

    [Fact]
    public async Task A_row_of_two_statements_takes_both_from_one_document()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        string Document(string name) => string.Concat(Enumerable.Range(0, 4).Select(part => $"# {name} part {part}\n\nThe {name} has the rule number {part}, which every employee of the company keeps.\n\n"));
        var rules = await here.BaseAsync(("north.md", Document("north")), ("south.md", Document("south")), ("west.md", Document("west")));
        var rows = (await MadeAsync(here, new(rules, [], [QuestionKind.MultiHop], 12))).Where(made => made.Item is not null).ToArray();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
            Assert.Single((string[])["north", "south", "west"], name => row.Item!.Row.Reply.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_of_somebody_who_is_no_administrator_any_more_is_not_worked_on()
    {
        Owners owners = new();
        await using var here = await Installation.StartAsync(canAnswer: false, working: true, owners: owners);
        var handbook = await here.BaseAsync(("leave.md", Leave));
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Made", "", RowKind.Dialogue, Stop)).Id;
        var jobs = here.Get<GenerationJobs>();
        foreach (var (owner, state) in ((Caller?, GenerationState)[])[(null, GenerationState.Failed), (Installation.Administrator with { IsAdministrator = false }, GenerationState.Failed), (Installation.Administrator, GenerationState.Done)])
        {
            owners.Now = owner;
            var job = await jobs.StartAsync(Installation.Administrator, set, new(handbook, [], [QuestionKind.Fact], 1), Stop);
            await Installation.UntilAsync(async () => (await jobs.ListAsync(Installation.Administrator, set, Stop)).Single(known => known.Id == job.Id).EndedAt is not null);
            var ended = (await jobs.ListAsync(Installation.Administrator, set, Stop)).Single(known => known.Id == job.Id);
            Assert.Equal((state, state == GenerationState.Done), (ended.State, ended.Error is null));
        }
        Assert.Equal(1, (await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set, new(), Stop)).Total);
    }

    private sealed class Owners : IRunOwners
    {
        public Caller? Now { get; set; }

        public Task<RunOwner?> FindAsync(string userId, CancellationToken cancellation) => Task.FromResult(Now is { } caller ? new RunOwner(caller, "Ana") : null);
    }

    private static async Task<List<GeneratedItem>> MadeAsync(Installation here, GenerationWish wish)
    {
        List<GeneratedItem> made = [];
        await foreach (var row in here.Get<RowGenerator>().MakeAsync(Installation.Administrator, wish, 0, new(), Stop))
            made.Add(row);
        return made;
    }
}
