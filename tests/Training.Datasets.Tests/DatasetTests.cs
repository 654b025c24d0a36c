using System.Text;
using Platform.Retrieval;
using Platform.Training.Datasets.Curation;
using Platform.Training.Datasets.Importing;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

public sealed class DatasetTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static NewItem Answer(string question, string answer, string? origin = null) => new(TrainingRow.Answer(question, answer), "test", origin);

    [Fact]
    public async Task Only_administrators_see_that_there_is_a_dataset()
    {
        await using var here = await Installation.StartAsync();
        var library = here.Get<DatasetLibrary>();
        var made = await library.CreateAsync(Installation.Administrator, "Leave", "Questions about leave", RowKind.Dialogue, Stop);
        Assert.Equal(made, Assert.Single(await library.ListAsync(Installation.Administrator, Stop)));
        Assert.Empty(await library.ListAsync(Installation.Person, Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => library.GetAsync(Installation.Person, made.Id, Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => library.CreateAsync(Installation.Person, "Mine", "", RowKind.Text, Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => here.Get<DatasetItems>().AddAsync(Installation.Person, made.Id, [Answer("Q", "An answer.")], Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => here.Get<DatasetVersions>().FreezeAsync(Installation.Person, made.Id, 0, 1, "", Stop));
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await using var here = await Installation.StartAsync();
        var library = here.Get<DatasetLibrary>();
        await library.CreateAsync(Installation.Administrator, "Leave", "", RowKind.Dialogue, Stop);
        var other = await library.CreateAsync(Installation.Administrator, "Travel", "", RowKind.Dialogue, Stop);
        Assert.Equal("name_taken", (await Assert.ThrowsAsync<DatasetException>(() => library.CreateAsync(Installation.Administrator, " Leave ", "", RowKind.Text, Stop))).Code);
        Assert.Equal("name_taken", (await Assert.ThrowsAsync<DatasetException>(() => library.RenameAsync(Installation.Administrator, other.Id, "Leave", "", Stop))).Code);
        Assert.Equal("name_empty", (await Assert.ThrowsAsync<DatasetException>(() => library.CreateAsync(Installation.Administrator, "  ", "", RowKind.Text, Stop))).Code);
        Assert.Equal("Trips", (await library.RenameAsync(Installation.Administrator, other.Id, "Trips", "", Stop)).Name);
    }

    [Fact]
    public async Task Rows_wait_for_approval_and_are_added_once()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        var added = await items.AddAsync(Installation.Administrator, set, [Answer("How many days?", "There are 25 days."), Answer("How many days?", "There are 25 days."), Answer("Who?", "Write to ana@example.com please.")], Stop);
        Assert.Equal(new AddedItems(2, 1), added);
        Assert.Equal(new AddedItems(0, 1), await items.AddAsync(Installation.Administrator, set, [Answer("How many days?", "There are 25 days.")], Stop));
        var page = await items.FindAsync(Installation.Administrator, set, new(), Stop);
        Assert.Equal([1, 2], page.Items.Select(item => item.Ordinal));
        Assert.All(page.Items, item => Assert.Equal(RowStatus.New, item.Status));
        Assert.Equal([QualityConcern.SensitiveData], page.Items[1].Concerns);
        Assert.Equal("kind_differs", (await Assert.ThrowsAsync<DatasetException>(() => items.AddAsync(Installation.Administrator, set, [new(TrainingRow.OfText("A text."), "x")], Stop))).Code);

        Assert.Equal(1, (await items.FindAsync(Installation.Administrator, set, new(Text: "ANA@example"), Stop)).Total);
        Assert.Equal(1, (await items.FindAsync(Installation.Administrator, set, new(Concern: QualityConcern.SensitiveData), Stop)).Total);
        Assert.Equal(0, (await items.FindAsync(Installation.Administrator, set, new(Text: "content"), Stop)).Total);
        Assert.Equal(2, await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(Status: RowStatus.New), RowStatus.Approved, Stop));
        Assert.Equal((2, 2, 0), ((await here.Get<DatasetLibrary>().GetAsync(Installation.Administrator, set, Stop)) is var shown ? (shown.Rows, shown.Approved, shown.New) : default));
    }

    [Fact]
    public async Task Masking_changes_the_rows_that_need_it_and_no_others()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Answer("Who may help me?", "Write to ana@example.com please."), Answer("How many days?", "There are 25 days.")], Stop);
        Assert.Equal(new MaskedItems(1, 0), await items.MaskAsync(Installation.Administrator, set, Stop));
        var rows = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items;
        Assert.Equal(["Write to [email] please.", "There are 25 days."], rows.Select(item => item.Row.Reply));
        Assert.All(rows, item => Assert.Empty(item.Concerns));
        Assert.Equal(new MaskedItems(0, 0), await items.MaskAsync(Installation.Administrator, set, Stop));
    }

    [Fact]
    public async Task A_changed_row_is_looked_over_again_and_may_not_repeat_another()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Answer("How many days?", "25"), Answer("Which one of them?", "no")], Stop);
        var row = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items[1];
        Assert.Contains(QualityConcern.ShortAnswer, row.Concerns);
        var changed = await items.ChangeAsync(Installation.Administrator, set, row.Id, TrainingRow.Answer("Which one of them?", "The second one of them."), Stop);
        Assert.Empty(changed.Concerns);
        Assert.Equal("repeated", (await Assert.ThrowsAsync<DatasetException>(() => items.ChangeAsync(Installation.Administrator, set, row.Id, TrainingRow.Answer("How many days?", "25"), Stop))).Code);
        await Assert.ThrowsAsync<RowException>(() => items.ChangeAsync(Installation.Administrator, set, row.Id, TrainingRow.Answer("How many days?", " "), Stop));
    }

    [Fact]
    public async Task Windows_that_freeze_in_the_same_moment_get_a_version_each()
    {
        await using var here = await Installation.StartAsync();
        var (set, items, versions) = (await SetAsync(here), here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        await items.AddAsync(Installation.Administrator, set, [.. Enumerable.Range(0, 40).Select(i => Answer($"What is question number {i} about, exactly?", $"It is about the {i}th thing of the list.", $"document {i}"))], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var frozen = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => versions.FreezeAsync(Installation.Administrator, set, 0.05 * i, 1, "", Stop), Stop)));
        Assert.Equal(Enumerable.Range(1, 8), frozen.Select(one => one.Version.Number).Order());
        Assert.Equal(8, (await versions.ListAsync(Installation.Administrator, set, Stop)).Count);
    }

    [Fact]
    public async Task A_version_keeps_its_rows_whatever_happens_to_the_dataset()
    {
        await using var here = await Installation.StartAsync();
        var (set, items, versions) = (await SetAsync(here), here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        Assert.Equal("nothing_approved", (await Assert.ThrowsAsync<DatasetException>(() => versions.FreezeAsync(Installation.Administrator, set, 0.2, 1, "", Stop))).Code);
        NewItem[] rows = [.. Enumerable.Range(0, 20).Select(i => Answer($"What is question number {i} about, exactly?", $"It is about the {i}th thing of the list.", $"document {i / 4}"))];
        await items.AddAsync(Installation.Administrator, set, rows, Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var first = (await versions.FreezeAsync(Installation.Administrator, set, 0.2, 1, "first", Stop)).Version;
        Assert.Equal((1, 20, 4), (first.Number, first.Rows, first.HeldBack));
        Assert.Equal(first, (await versions.FreezeAsync(Installation.Administrator, set, 0.2, 1, "again", Stop)).Version);

        var before = await ExportedAsync(versions, set, 1, heldBack: false);
        Assert.Equal(16, before.Length);
        Assert.All(before, line => Assert.Equal(RowKind.Dialogue, RowReader.Read(line).Kind));
        var page = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items;
        await items.DeleteAsync(Installation.Administrator, set, [page[0].Id], Stop);
        await items.ChangeAsync(Installation.Administrator, set, page[1].Id, TrainingRow.Answer("What is new?", "All of it is new."), Stop);
        await items.AddAsync(Installation.Administrator, set, [Answer("And what was added?", "This one was added.")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(Text: "was added"), RowStatus.Approved, Stop);
        var second = (await versions.FreezeAsync(Installation.Administrator, set, 0.2, 1, "second", Stop)).Version;

        Assert.Equal(before, await ExportedAsync(versions, set, 1, heldBack: false));
        Assert.NotEqual(first.Sha256, second.Sha256);
        var difference = await versions.CompareAsync(Installation.Administrator, set, 1, 2, Stop);
        Assert.Equal("And what was added?", Assert.Single(difference.Added).Question);
        Assert.Equal(page[0].Row.Question, Assert.Single(difference.Removed).Question);
        Assert.Equal("What is new?", Assert.Single(difference.Changed).After.Question);
        Assert.Equal([2, 1], (await versions.ListAsync(Installation.Administrator, set, Stop)).Select(v => v.Number));
        await Assert.ThrowsAsync<NotFoundException>(() => ExportedAsync(versions, set, 3, heldBack: false));
    }

    [Fact]
    public async Task A_row_that_would_leak_is_neither_learned_from_nor_measured_by()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        const string answer = "After five years of service an employee has twenty five days of annual leave in each calendar year.";
        await items.AddAsync(Installation.Administrator, set, [Answer("How many days of leave are there?", answer, "a"), Answer("How many days of leave are there?", answer + " Thanks.", "b")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var frozen = await here.Get<DatasetVersions>().FreezeAsync(Installation.Administrator, set, 0.5, 1, "", Stop);
        Assert.Equal((1, 1, 0), (frozen.Leaks, frozen.Version.Rows, frozen.Version.HeldBack));
        Assert.Equal(1, await items.FindNearDuplicatesAsync(Installation.Administrator, set, Stop));
        Assert.Equal(2, (await items.FindAsync(Installation.Administrator, set, new(Concern: QualityConcern.NearDuplicate), Stop)).Items[0].Ordinal);
    }

    [Fact]
    public async Task A_leak_of_one_row_leaves_the_others_of_its_document_on_their_side_and_makes_no_other_leak()
    {
        await using var here = await Installation.StartAsync();
        var (set, items, versions) = (await SetAsync(here), here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        const string common = "All employees of the company keep the rules of the house and are told of every change of them in time.";
        string Own(string document, int row) => string.Join(' ', Enumerable.Range(0, 12).Select(word => $"{document}{row}x{word}"));
        string[] documents = ["a", "b", "c"];
        await items.AddAsync(Installation.Administrator, set, [.. documents.SelectMany(document => (NewItem[])[Answer("What holds for all?", $"{common} {document}", document), .. Enumerable.Range(0, 3).Select(row => Answer($"What of {document}{row}?", Own(document, row), document))])], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var frozen = await versions.FreezeAsync(Installation.Administrator, set, 0.34, 1, "", Stop);
        Assert.Equal((1, 11, 3), (frozen.Leaks, frozen.Version.Rows, frozen.Version.HeldBack));
        var (held, learned) = (await ExportedAsync(versions, set, 1, heldBack: true), await ExportedAsync(versions, set, 1, heldBack: false));
        var document = Assert.Single(documents, document => held.All(line => line.Contains(document + "0x", StringComparison.Ordinal) || line.Contains(document + "1x", StringComparison.Ordinal) || line.Contains(document + "2x", StringComparison.Ordinal)));
        Assert.DoesNotContain(learned, line => line.Contains($"\"{common} {document}\"", StringComparison.Ordinal) || line.Contains(document + "0x0", StringComparison.Ordinal));
        Assert.Equal(2, learned.Count(line => line.Contains(common, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Rows_that_differed_by_what_is_masked_become_one_and_their_sources_are_masked_too()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Answer("Who helps?", "Call [phone] please."), Answer("Who helps?", "Call 13812345678 please."), Answer("Who else?", "Call 13912345678 please."),
            new(TrainingRow.Answer("Who else?", "Call 13712345678 please."), "13812345678.md", "d", new(Quote: "Call 13712345678.") { Second = new(Quote: "Or 13612345678.") })], Stop);
        var last = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items[3].Id;
        await items.JudgeAsync(Installation.Administrator, set, [last], RowStatus.Approved, Stop);
        Assert.Equal(new MaskedItems(1, 2), await items.MaskAsync(Installation.Administrator, set, Stop));
        var rows = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items;
        Assert.Equal([1, 4], rows.Select(item => item.Ordinal)); // of two that became the same the approved one stays
        Assert.Equal(("Call [phone] please.", "[phone].md", "Call [phone].", "Or [phone]."), (rows[1].Row.Reply, rows[1].Source, rows[1].Span!.Quote, rows[1].Span!.Second!.Quote));
    }

    /// <summary>A job refuses the whole version for one of them.</summary>
    [Fact]
    public async Task A_preference_whose_answers_differed_by_what_is_masked_is_rejected()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = ((await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "pairs", "", RowKind.Preference, Stop)).Id, here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Pair("Call 13812345678.", "Call 13912345678."), Pair("Call 13812345678.", "Ask somebody.")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        Assert.Equal(new MaskedItems(2, 0, 1), await items.MaskAsync(Installation.Administrator, set, Stop));
        Assert.Equal([RowStatus.Rejected, RowStatus.Approved], (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items.Select(item => item.Status));

        static NewItem Pair(string chosen, string rejected) => new(RowReader.Read($$"""{"prompt":"Who helps?","chosen":"{{chosen}}","rejected":"{{rejected}}"}"""), "test");
    }

    [Fact]
    public async Task Personal_data_in_calls_and_tools_is_found_and_masked_and_the_calls_stay_whole()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        const string row = """{"messages":[{"role":"user","content":"Tell Li Lei."},{"role":"assistant","tool_calls":[{"id":"call_13812345678","type":"function","function":{"name":"send","arguments":"{\"to\":\"li.lei@example.com\",\"text\":\"see\\n13812345678\",\"number\":13812345678,\"times\":2}"}}]},{"role":"tool","tool_call_id":"call_13812345678","content":"sent"},{"role":"assistant","content":"It is sent."}],"tools":[{"type":"function","function":{"name":"send","description":"Sends mail, as to ana@example.com."}}]}""";
        await items.AddAsync(Installation.Administrator, set, [new(RowReader.Read(row), "test")], Stop);
        Assert.Contains(QualityConcern.SensitiveData, Assert.Single((await items.FindAsync(Installation.Administrator, set, new(Text: "li.lei@"), Stop)).Items).Concerns);
        Assert.Equal(new MaskedItems(1, 0), await items.MaskAsync(Installation.Administrator, set, Stop));
        var masked = Assert.Single((await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items);
        Assert.Empty(masked.Concerns);
        using var calls = System.Text.Json.JsonDocument.Parse(masked.Row.Turns[1].Calls!);
        Assert.Equal("call_13812345678", calls.RootElement[0].GetProperty("id").GetString());
        Assert.Equal("""{"to":"[email]","text":"see\n[phone]","number":"[phone]","times":2}""", calls.RootElement[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Contains("as to [email]", masked.Row.Tools, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", RowWriter.Write(masked.Row), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_taken_row_by_row_and_its_faults_are_named_by_line()
    {
        await using var here = await Installation.StartAsync();
        var set = await SetAsync(here);
        var file = here.File("rows.jsonl", """
            {"question":"How many?","answer":"Twenty five days."}

            {"question":"How many?","answer":"Twenty five days."}
            {"question":
            {"text":"A text belongs in another dataset."}
            {"instruction":"问题？","output":"这是一个回答。"}
            """);
        var report = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, file, "rows.jsonl", null, Stop);
        Assert.Equal((2, 1, 2), (report.Added, report.Repeated, report.Faulty));
        Assert.Equal([(4, "not_json"), (5, "kind_differs")], report.Faults.Select(fault => (fault.Line, fault.Code)));
        Assert.Equal("""{"question":""", report.Faults[0].Raw);
        Assert.Equal("rows.jsonl:1", (await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set, new(), Stop)).Items[0].Source);
    }

    [Fact]
    public async Task A_report_holds_so_many_faulty_rows_as_fit_it_and_counts_the_others()
    {
        await using var here = await Installation.StartAsync();
        const int Fit = 4, More = 7;
        var line = $"{{\"text\":{new string('x', DatasetImport.MaxFaultTexts / Fit - 8)}";
        var file = here.File("rows.jsonl", string.Join('\n', Enumerable.Repeat(line, Fit + More)));
        var report = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, await SetAsync(here), file, "rows.jsonl", null, Stop);
        Assert.Equal((Fit, Fit + More), (report.Faults.Count, report.Faulty));
        Assert.All(report.Faults, fault => Assert.Equal(line, fault.Raw));
    }

    [Fact]
    public async Task A_table_is_taken_by_its_columns()
    {
        await using var here = await Installation.StartAsync();
        var set = await SetAsync(here);
        var file = here.File("rows.csv", "Id;问题;答案;Note\n1;满五年有几天年假？;\"二十五天；\n含\"\"特别\"\"假\";x\n2;没有答案;;y\n");
        var preview = await here.Get<DatasetImport>().PreviewAsync(file, "rows.csv", null, Stop);
        Assert.Equal([ColumnRole.Ignored, ColumnRole.Question, ColumnRole.Answer, ColumnRole.Ignored], preview.Mapping!.Roles);
        Assert.Equal("二十五天；\n含\"特别\"假", Assert.Single(preview.Rows).Reply);
        var report = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, file, "rows.csv", null, Stop);
        Assert.Equal((1, "answer", 4), (report.Added, Assert.Single(report.Faults).Field, report.Faults[0].Line));
        Assert.Equal("Id,问题,答案,Note\n2,没有答案,,y\n", report.BadRows);
        var mended = here.File("mended.csv", report.BadRows.Replace(",,", ",\"有,了\",", StringComparison.Ordinal));
        Assert.Equal((1, 0), (await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, mended, "mended.csv", null, Stop)) is var again ? (again.Added, again.Faulty) : default);
        var other = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, file, "rows.csv", new([ColumnRole.Answer, ColumnRole.Question, ColumnRole.Ignored, ColumnRole.Ignored]), Stop);
        Assert.Equal(2, other.Added);
    }

    [Fact]
    public async Task Faults_of_a_table_name_the_line_of_the_file_and_a_cell_too_many_is_one()
    {
        await using var here = await Installation.StartAsync();
        var file = here.File("rows.csv", "question,answer\r\n\r\n\"How\r\nlong?\",\"Three\nweeks.\"\r\nWhen?,On Monday, or later.\r\nWho?,Ana does.,,\r\nWhy?,\r\n");
        var report = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, await SetAsync(here), file, "rows.csv", null, Stop);
        Assert.Equal([(6, "too_many_cells"), (8, "missing_field")], report.Faults.Select(fault => (fault.Line, fault.Code)));
        Assert.Equal(2, report.Added);
    }

    [Theory]
    [InlineData("""[{"text":"One text."},{"text":"Another text."}]""", 2, 0)]
    [InlineData("""[{"text":"One text."},{"txt":"Another"},{"text":""", 1, 2)]
    [InlineData("""[{"text":"One text."},{"text":"\ud83d"},{"text":"Another text."}]""", 2, 1)]
    [InlineData("First paragraph.\n\nSecond paragraph.\n", 1, 0)]
    public async Task Arrays_and_plain_texts_are_taken_too(string content, int added, int faulty)
    {
        await using var here = await Installation.StartAsync();
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Texts", "", RowKind.Text, Stop)).Id;
        var report = await here.Get<DatasetImport>().ImportAsync(Installation.Administrator, set, here.File("texts.json", content), "texts.json", null, Stop);
        Assert.Equal((added, faulty), (report.Added, report.Faulty));
    }

    [Fact]
    public async Task A_plain_text_needs_no_empty_lines_and_may_begin_with_a_bracket()
    {
        await using var here = await Installation.StartAsync();
        var (import, items) = (here.Get<DatasetImport>(), here.Get<DatasetItems>());
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Texts", "", RowKind.Text, Stop)).Id;
        var novel = string.Concat(Enumerable.Range(0, 300).Select(line => $"第{line}行：天下大势，分久必合，合久必分。\n"));
        var report = await import.ImportAsync(Installation.Administrator, set, here.File("novel.txt", "[第一章]\n" + novel), "novel.txt", null, Stop);
        Assert.Equal((12, 0), (report.Added, report.Faulty));
        var rows = (await items.FindAsync(Installation.Administrator, set, new(), Stop)).Items;
        Assert.StartsWith("[第一章]", rows[0].Row.Reply, StringComparison.Ordinal);
        Assert.Equal("[第一章]\n" + novel.TrimEnd(), string.Join('\n', rows.Select(row => row.Row.Reply)));
        Assert.Equal(1, (await import.ImportAsync(Installation.Administrator, set, here.File("rows.txt", "{\"text\":\"An object.\"}"), "rows.txt", null, Stop)).Added);
        Assert.Equal(1, (await items.FindAsync(Installation.Administrator, set, new(Text: "an object."), Stop)).Items.Count(item => item.Row.Reply == "An object."));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_says_so()
    {
        await using var here = await Installation.StartAsync();
        var set = await SetAsync(here);
        var import = here.Get<DatasetImport>();
        Assert.Equal("file_empty", (await Assert.ThrowsAsync<DatasetException>(() => import.ImportAsync(Installation.Administrator, set, here.File("a.jsonl", " \n "), "a.jsonl", null, Stop))).Code);
        Assert.Equal("file_unreadable", (await Assert.ThrowsAsync<DatasetException>(() => import.ImportAsync(Installation.Administrator, set, here.File("b.xlsx", "PK but no archive"), "b.xlsx", null, Stop))).Code);
        var long1 = await import.ImportAsync(Installation.Administrator, set, here.File("c.jsonl", "{" + new string(' ', RowSource.MaxLine) + "}\n{\"question\":\"Q?\",\"answer\":\"An answer.\"}"), "c.jsonl", null, Stop);
        Assert.Equal((1, "too_long"), (long1.Added, Assert.Single(long1.Faults).Code));
    }

    [Fact]
    public async Task Deleting_a_dataset_takes_its_versions_with_it()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Answer("How many days?", "There are 25 days.")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        await here.Get<DatasetVersions>().FreezeAsync(Installation.Administrator, set, 0, 1, "", Stop);
        await here.Get<DatasetLibrary>().DeleteAsync(Installation.Administrator, set, Stop);
        await Assert.ThrowsAsync<NotFoundException>(() => items.FindAsync(Installation.Administrator, set, new(), Stop));
        Assert.Empty(Directory.GetFiles(here.Get<DataFolder>().Path, "*.jsonl", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Files_that_outlived_their_dataset_are_deleted_and_those_of_others_stay()
    {
        await using var here = await Installation.StartAsync();
        var (set, items) = (await SetAsync(here), here.Get<DatasetItems>());
        await items.AddAsync(Installation.Administrator, set, [Answer("How many days?", "There are 25 days.")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        await here.Get<DatasetVersions>().FreezeAsync(Installation.Administrator, set, 0, 1, "", Stop);
        var root = Path.Combine(here.Get<DataFolder>().Path, "datasets");
        var gone = Directory.CreateDirectory(Path.Combine(root, Guid.NewGuid().ToString("N")));
        await File.WriteAllTextAsync(Path.Combine(gone.FullName, "rows.jsonl"), "{}", Stop);
        await here.Get<DatasetLibrary>().ForgetGoneAsync(Stop);
        Assert.Equal(set.ToString("N"), Path.GetFileName(Assert.Single(Directory.GetDirectories(root))));
    }

    private static async Task<Guid> SetAsync(Installation here) => (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Leave", "", RowKind.Dialogue, Stop)).Id;

    private static async Task<string[]> ExportedAsync(DatasetVersions versions, Guid set, int number, bool heldBack)
    {
        using MemoryStream output = new();
        await versions.ExportAsync(Installation.Administrator, set, number, heldBack, output, Stop);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>One row that does not fit keeps all others from being trained on: it must be found among them.</summary>
    [Fact]
    public async Task Rows_that_are_longer_than_the_limit_are_told_by_their_places_and_rejected_ones_no_more()
    {
        await using var here = await Installation.StartAsync();
        var items = here.Get<DatasetItems>();
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Few", "", RowKind.Dialogue, Stop)).Id;
        foreach (var length in (int[])[10, 40, 20, 90])
            await items.AddAsync(Installation.Administrator, set, [new NewItem(TrainingRow.Answer("?", new string('x', length - 2)), "list")], Stop);
        var longer = (await LengthsAsync()).Longer;
        Assert.Equal([(4, 90), (2, 40)], longer.Select(row => (row.Ordinal, row.Tokens)));
        await items.JudgeAsync(Installation.Administrator, set, [.. longer.Select(row => row.Id)], RowStatus.Rejected, Stop);
        var left = await LengthsAsync();
        Assert.Equal((2, 20, 0), (left.Counted, left.Longest, left.Longer.Count));

        Task<LengthHistogram> LengthsAsync() => items.LengthsAsync(Installation.Administrator, set, 30, (texts, _) => Task.FromResult<IReadOnlyList<int>>([.. texts.Select(text => text.Length)]), Stop);
    }

    /// <summary>Of many rows evenly spread ones are counted, whichever of their neighbours were deleted, and the total is that of all.</summary>
    [Fact]
    public async Task Lengths_of_a_sample_stand_for_all_rows()
    {
        await using var here = await Installation.StartAsync();
        var items = here.Get<DatasetItems>();
        var set = (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Many", "", RowKind.Text, Stop)).Id;
        await items.AddAsync(Installation.Administrator, set, [.. Enumerable.Range(0, DatasetItems.MostCounted).Select(row => new NewItem(TrainingRow.OfText($"The text of row {row} stands here."), "list"))], Stop);
        Assert.Equal((DatasetItems.MostCounted, false, 7L * DatasetItems.MostCounted), await LengthsAsync());
        await items.AddAsync(Installation.Administrator, set, [.. Enumerable.Range(0, 1_000).Select(row => new NewItem(TrainingRow.OfText($"The text of row {row + DatasetItems.MostCounted} stands here."), "list"))], Stop);
        Assert.Equal((DatasetItems.MostCounted, true, 7L * (DatasetItems.MostCounted + 1_000)), await LengthsAsync());

        async Task<(int Counted, bool IsEstimate, long Total)> LengthsAsync()
        {
            var lengths = await items.LengthsAsync(Installation.Administrator, set, 512, (texts, _) => Task.FromResult<IReadOnlyList<int>>([.. texts.Select(_ => 7)]), Stop);
            return (lengths.Counted, lengths.IsEstimate, lengths.Total);
        }
    }
}
