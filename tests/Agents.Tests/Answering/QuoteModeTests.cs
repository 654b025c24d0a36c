using Platform.Agents.Answering;
using Platform.Agents.Answering.Quoting;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Search;

namespace Platform.Agents.Tests.Answering;

public sealed class QuoteModeTests
{
    private const string Leave = "Everybody has 27 days of annual leave. It is booked in Harbour. Up to 5 days are carried over until 31 March.";
    private const string People = "Priya Menon leads the incident team. The team meets on Mondays in the Cardiff office.";
    private const string 年假 = "年休假按工龄计算。入职满一年的员工有10天年假。入职满五年的员工有15天年假。";

    [Theory]
    [InlineData("How many days of annual leave do I have?", "Everybody has 27 days of annual leave.")]
    [InlineData("Until when can days be carried over?", "Up to 5 days are carried over until 31 March.")]
    [InlineData("Who leads the incident team?", "Priya Menon leads the incident team.")]
    [InlineData("Where does the incident team meet?", "The team meets on Mondays in the Cardiff office.")]
    [InlineData("入职满五年有多少天年假？", "入职满五年的员工有15天年假。")]
    public async Task The_sentence_that_answers_is_quoted_first_and_cited_exactly(string question, string expected)
    {
        var (events, text) = await AskAsync(question, Shelf());
        var citation = events.OfType<AnswerCitation>().First().Citation;
        Assert.Equal((1, expected, Verdict.Verbatim), (citation.N, citation.Quote, citation.Verdict));
        Assert.Contains($"> {expected} [1]\n", text, StringComparison.Ordinal);
        Assert.Equal($"> {expected} [1]", text[citation.AnswerStart..citation.AnswerEnd]);
        Assert.Equal((AnswerMode.Quote, false), (events.OfType<AnswerDone>().Single().Mode, events.OfType<AnswerDone>().Single().NotFound));
    }

    [Fact]
    public async Task The_lead_in_is_in_the_questions_language()
    {
        Assert.StartsWith("From these documents:\n\n", (await AskAsync("How many days of annual leave?", Shelf())).Text, StringComparison.Ordinal);
        Assert.StartsWith("文档中写道：\n\n", (await AskAsync("入职满五年有多少天年假？", Shelf())).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentence_that_points_back_brings_the_one_before()
    {
        var (events, _) = await AskAsync("In what is leave booked?", Shelf());
        Assert.Contains(events.OfType<AnswerCitation>(), e => e.Citation.Quote == "Everybody has 27 days of annual leave. It is booked in Harbour.");
    }

    [Theory]
    [InlineData("How fast do IT staff answer?", "IT staff answer within an hour.")]
    [InlineData("Who lists the items of history?", "Items of history are listed by Anna Berg.")]
    public async Task A_word_that_only_begins_like_a_pronoun_brings_nothing(string question, string expected)
    {
        var (events, _) = await AskAsync(question, new TextShelf().Add("desk.txt", "The office opens at nine. IT staff answer within an hour. The canteen is closed. Items of history are listed by Anna Berg."));
        Assert.Equal(expected, events.OfType<AnswerCitation>().First().Citation.Quote);
    }

    [Fact]
    public async Task A_row_of_a_table_is_shown_under_its_head_and_cited_alone()
    {
        var shelf = new TextShelf().Add("rates.txt", "City | Limit | Hotel\nHamburg | €139 | Haus Alsterblick\nLondon | £168 | The Dovecote");
        var (events, text) = await AskAsync("What is the hotel limit in London?", shelf);
        Assert.Contains("| City | Limit | Hotel |\n| --- | --- | --- |\n| London | £168 | The Dovecote [1] |\n", text, StringComparison.Ordinal);
        Assert.Equal("London | £168 | The Dovecote", events.OfType<AnswerCitation>().First().Citation.Quote);
    }

    [Fact]
    public async Task The_list_after_a_colon_belongs_to_the_quote()
    {
        var shelf = new TextShelf().Add("claims.txt", "To claim expenses, do the following:\n1. Photograph the receipt.\n2. Send the form.");
        var (events, text) = await AskAsync("How do I claim expenses?", shelf);
        Assert.Contains("2. Send the form.", events.OfType<AnswerCitation>().First().Citation.Quote, StringComparison.Ordinal);
        Assert.Contains(@"> 1\. Photograph the receipt.", text, StringComparison.Ordinal);
    }

    [Theory] // faults 33 and 36: what a document says stays text
    [InlineData("Leave ![x](http://evil/?q=1) <img onerror=a> `code` *bold* [1] [2]", @"Leave \!\[x\](http\://evil/?q=1) \<img onerror=a\> \`code\` \*bold\* \[1\] \[2\]")]
    [InlineData("# Heading", @"\# Heading")]
    [InlineData("- item", @"\- item")]
    [InlineData("1. item", @"1\. item")]
    [InlineData("snake_case and _emphasis_", @"snake_case and \_emphasis\_")]
    [InlineData("www.evil.example, WWW.x.example, mailto:a@evil.example, tel:123, ftp://evil, awww.x, Hotel: 5", @"www\.evil.example, WWW\.x.example, mailto\:a@evil.example, tel\:123, ftp\://evil, awww.x, Hotel: 5")]
    [InlineData("hidden\u200B\u202E text", "hidden text")]
    public void Quoted_text_never_becomes_markup(string text, string expected) =>
        Assert.Equal($"> {expected} [3]\n\n", QuoteMarkdown.Of(text, tableHead: null, 3));

    [Fact]
    public async Task A_document_that_was_deleted_meanwhile_is_still_cited_by_its_text()
    {
        var shelf = Shelf();
        await using var rig = await AgentsRig.StartAsync(shelf: shelf);
        List<AnswerEvent> events = [];
        await foreach (var item in rig.Answers.StreamAsync(new AnswerQuestion(AgentsRig.Anna, "How many days of annual leave?", [], [], AnswerMode.Quote), TestContext.Current.CancellationToken))
        {
            events.Add(item);
            if (item is AnswerSources)
                shelf.Remove("leave.txt");
        }
        var citation = events.OfType<AnswerCitation>().First().Citation;
        Assert.Equal("Everybody has 27 days of annual leave.", citation.Quote);
        Assert.Empty(citation.Rectangles);
    }

    [Fact]
    public async Task Auto_quotes_where_the_models_card_says_it_cannot_answer()
    {
        await using var rig = await AgentsRig.StartAsync(canAnswer: false);
        var run = await rig.AskAsync();
        Assert.Equal("From these documents:\n\n> Everybody has 27 days of annual leave. [1]\n\n", (await rig.EventsAsync(run))[^1].Read<Agents.Runs.TextData>().Text);
    }

    [Theory]
    [InlineData("And for managers?", true)]
    [InlineData("What about part-time staff?", true)]
    [InlineData("How many of them does each person get?", true)]
    [InlineData("那满五年呢？", true)]
    [InlineData("它的有效期是多久？", true)]
    [InlineData("And then?", true)]
    [InlineData("How many?", true)]
    [InlineData("Is it paid?", true)]
    [InlineData("So who pays the fee?", true)]
    [InlineData("Orders above 500 euros are approved by whom?", false)]
    [InlineData("Software licences are paid by whom?", false)]
    [InlineData("Some laptops fail, who repairs laptops?", false)]
    [InlineData("Who answers calls to the IT desk?", false)]
    [InlineData("Is there a canteen?", false)]
    [InlineData("What does a trip that costs £1,800 need?", false)]
    [InlineData("When is the bonus paid this year?", false)]
    [InlineData("zyxgorf quantum brontosaurus?", false)]
    [InlineData("How many days of annual leave do I have?", false)]
    [InlineData("年假有几天？", false)]
    public void A_follow_up_is_known_by_its_wording(string question, bool expected) => Assert.Equal(expected, AskedQuestion.PointsBack(question));

    [Fact]
    public async Task A_follow_up_is_searched_with_the_question_before_it_and_others_alone()
    {
        var shelf = Shelf();
        PastTurn[] history = [new("user", "How many days of annual leave do I have?"), new("assistant", "27 [1]")];
        await AskAsync("And until when are they carried over?", shelf, history);
        Assert.Contains("annual leave", shelf.Searches[^1].Text, StringComparison.Ordinal);
        await AskAsync("Who leads the incident team?", shelf, history);
        Assert.Equal("Who leads the incident team?", shelf.Searches[^1].Text);
    }

    [Theory]
    [InlineData("zyxgorf quantum brontosaurus?")]
    [InlineData("And the zyxgorf brontosaurus?")]
    [InlineData("那量子恐龙呢？")]
    public async Task What_the_documents_do_not_hold_is_refused_after_a_good_answer_too(string question)
    {
        PastTurn[] history = [new("user", "How many days of annual leave do I have?"), new("assistant", "Everybody has 27 days of annual leave. [1]")];
        var (events, _) = await AskAsync(question, Shelf(), history);
        Assert.True(events.OfType<AnswerDone>().Single().NotFound);
        Assert.Empty(events.OfType<AnswerSources>().Single().Sources);
    }

    [Fact]
    public async Task A_question_in_other_words_finds_its_answer()
    {
        var (events, _) = await AskAsync("How much vacation is there?", Shelf());
        Assert.Equal("Everybody has 27 days of annual leave.", events.OfType<AnswerCitation>().First().Citation.Quote);
    }

    [Fact]
    public async Task Captions_are_not_quoted_and_list_numbers_are_left_out()
    {
        var shelf = new TextShelf().Add("water.txt", "Figure 1: Lifejackets by weight\n1. Nobody works alone.\n2. Lifejackets of 150 newtons are worn on boats.");
        var (events, text) = await AskAsync("Which lifejackets are worn?", shelf);
        Assert.Equal("Lifejackets of 150 newtons are worn on boats.", Assert.Single(events.OfType<AnswerCitation>()).Citation.Quote);
        Assert.DoesNotContain("Figure", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_passage_cut_within_a_table_has_its_head_from_the_heading()
    {
        Passage passage = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), 1, "London | £168 | The Dovecote\nHalifax | C$204 | Citadel Inn", "3 Where you stay › City | Limit | Hotel", 1, 1, 0, 57, 20);
        var cut = PassageSentences.Of(new SearchHit(passage, "travel.docx", "text/plain", 1, 1, 1, null, null, 1, 1), rank: 0);
        Assert.All(cut.Sentences, row => Assert.Equal((PassageSpanKind.TableRow, "City | Limit | Hotel"), (row.Kind, row.TableHead)));
        Assert.True(cut.HeadingTerms.Holds("stai"));
    }

    private static TextShelf Shelf() => new TextShelf().Add("leave.txt", Leave).Add("people.txt", People).Add("年假.txt", 年假);

    private static async Task<(List<AnswerEvent> Events, string Text)> AskAsync(string question, TextShelf shelf, IReadOnlyList<PastTurn>? history = null)
    {
        await using var rig = await AgentsRig.StartAsync(shelf: shelf);
        var events = await rig.Answers.StreamAsync(new AnswerQuestion(AgentsRig.Anna, question, history ?? [], [], AnswerMode.Quote), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        return (events, string.Concat(events.OfType<AnswerText>().Select(e => e.Text)));
    }
}
