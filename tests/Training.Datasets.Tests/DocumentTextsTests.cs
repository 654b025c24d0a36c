using Platform.Retrieval.Documents;
using Platform.Training.Datasets.Importing;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

/// <summary>Documents are learned as the text that a knowledge base reads in them, never as their bytes.</summary>
public sealed class DocumentTextsTests
{
    private static readonly string Samples = Path.Combine(Root(), "samples");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("employee-handbook.pdf", "annual leave")]
    [InlineData("page.html", "Nobody works on Sunday.")]
    public async Task A_document_given_as_texts_is_read(string name, string holds)
    {
        await using var here = await Installation.StartAsync();
        var import = here.Get<DatasetImport>();
        var path = name.EndsWith(".html", StringComparison.Ordinal) ? here.File(name, "<html><body><h1>Rules</h1><p>Nobody works on <b>Sunday</b>.</p></body></html>") : Path.Combine(Samples, name);
        var preview = await import.PreviewAsync(path, name, null, Stop);
        Assert.Equal((0, RowKind.Text), (preview.Faults.Count, preview.Rows[0].Kind));
        var set = await TextsAsync(here);
        var report = await import.ImportAsync(Installation.Administrator, set, path, name, null, Stop);
        Assert.True(report is { Added: > 0, Faulty: 0 });
        var texts = string.Join('\n', (await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set, new(), Stop)).Items.Select(item => item.Row.Reply));
        Assert.Contains(holds, texts, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("%PDF", texts, StringComparison.Ordinal);
        Assert.DoesNotContain("<", texts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_text_at_all_is_refused_whatever_its_name()
    {
        await using var here = await Installation.StartAsync();
        var path = here.File("rows.jsonl", "\u007FELF" + new string('\0', 400));
        Assert.Equal("file_unreadable", (await Assert.ThrowsAsync<DatasetException>(() => here.Get<DatasetImport>().PreviewAsync(path, "rows.jsonl", null, Stop))).Code);
    }

    [Fact]
    public async Task The_texts_of_a_bases_documents_are_taken_each_with_its_document()
    {
        await using var here = await Installation.StartAsync(working: true);
        var handbook = await here.BaseAsync(("leave.md", "# Leave\n\nEmployees have 26 days of leave.\n"), ("travel.md", "# Travel\n\nTrains are booked by whoever travels.\n"));
        var (rows, set) = (here.Get<DocumentTexts>(), await TextsAsync(here));
        var leave = (await here.Get<DocumentLibrary>().ListAsync(Installation.Administrator, handbook, Stop)).Single(document => document.Name == "leave.md");
        Assert.Equal(new AddedItems(1, 0), await rows.AddAsync(Installation.Administrator, set, handbook, [leave.Id], Stop));
        Assert.Equal(new AddedItems(1, 1), await rows.AddAsync(Installation.Administrator, set, handbook, [], Stop));
        var items = (await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set, new(), Stop)).Items;
        Assert.Equal([("leave.md", leave.Id), ("travel.md", items[1].Span!.DocumentId!.Value)], items.Select(item => (item.Source, item.Span!.DocumentId!.Value)));
        Assert.Contains("Employees have 26 days of leave.", items[0].Row.Reply, StringComparison.Ordinal);
        Assert.Equal("no_documents", (await Assert.ThrowsAsync<DatasetException>(() => rows.AddAsync(Installation.Administrator, set, handbook, [Guid.NewGuid()], Stop))).Code);
    }

    [Fact]
    public async Task What_would_be_held_back_is_known_before_it_is_frozen()
    {
        await using var here = await Installation.StartAsync();
        var (set, items, versions) = ((await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Answers", "", RowKind.Dialogue, Stop)).Id, here.Get<DatasetItems>(), here.Get<DatasetVersions>());
        NewItem Row(string question, string answer, string origin) => new(TrainingRow.Answer(question, answer), origin, origin);
        await items.AddAsync(Installation.Administrator, set, [Row("Who owns the keys?", "The head of security.", "document:a"), Row("When does the gate open?", "At seven each morning.", "document:a")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        Assert.Equal(new PlannedSplit(2, 0, 1, 0, 0), await versions.PlanAsync(Installation.Administrator, set, 0.2, 1, Stop));
        await items.AddAsync(Installation.Administrator, set, [Row("Which badge opens the store?", "The green one, worn in sight.", "document:b"), Row("谁保管备用钥匙？", "由安保主管负责保管。", "document:c")], Stop);
        await items.JudgeAsync(Installation.Administrator, set, new ItemQuery(), RowStatus.Approved, Stop);
        var plan = await versions.PlanAsync(Installation.Administrator, set, 0.25, 1, Stop);
        Assert.Equal((4, 3, 1, 1), (plan.Rows, plan.Sources, plan.HeldSources, plan.Unmeasured));
        Assert.Equal(plan.HeldBack, (await versions.FreezeAsync(Installation.Administrator, set, 0.25, 1, "", Stop)).Version.HeldBack);
        Assert.Equal("share_out_of_range", (await Assert.ThrowsAsync<DatasetException>(() => versions.PlanAsync(Installation.Administrator, set, 0.6, 1, Stop))).Code);
    }

    private static async Task<Guid> TextsAsync(Installation here) => (await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Texts", "", RowKind.Text, Stop)).Id;

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        throw new InvalidOperationException("The repository's root was not found. This is a bug.");
    }
}
