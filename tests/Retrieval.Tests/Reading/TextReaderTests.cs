using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Reading;

public sealed class PlainTextReaderTests : DocumentReaderSuite
{
    private const string Chinese = "员工手册\n员工每年有十五天年假，须提前三个工作日申请。\n部门经理在两天内答复。";

    static PlainTextReaderTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    protected override string MediaType => "text/plain";

    protected override string WriteSample() => Write("Annual leave\n\n- Employees have 25 days of leave.\n- 年假\n", "sample.txt");

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32", false)]
    [InlineData("GB18030", false)]
    public async Task Encodings_are_told_by_their_bytes__fault_28(string encoding, bool mark)
    {
        var chosen = Encoding.GetEncoding(encoding);
        foreach (var text in new[] { "Annual leave is 25 days.\n\nIt ends in May.", Chinese })
        {
            if (!text.Contains('年', StringComparison.Ordinal) && encoding == "GB18030") continue;
            if (text == Chinese && encoding == "utf-32" && !mark) continue; // without a mark only its zeros tell UTF-32, and Chinese has too few beside UTF-16
            byte[] bytes = [.. mark ? chosen.GetPreamble() : [], .. chosen.GetBytes(text)];
            var document = await ReadAsync(Write(bytes, "text.txt"));
            Assert.Equal(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), document.Blocks.Select(block => document.Text[block.Start..block.End]));
        }
    }

    [Fact]
    public async Task Western_bytes_that_are_no_UTF_8_are_read_as_Windows_1252()
    {
        var document = await ReadAsync(Write([.. "Caf"u8, 0xE9, .. " "u8, 0x80, .. "5\nna"u8, 0xEF, .. "ve words here"u8], "latin.txt"));
        Assert.Contains("Café €5", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_broken_bytes_stay_visible_and_the_rest_is_read__fault_28()
    {
        var document = await ReadAsync(Write([.. Encoding.UTF8.GetBytes(Chinese), 0xFF, 0, .. Encoding.UTF8.GetBytes("加班须经批准。")], "broken.txt"));
        Assert.Contains("\uFFFD加班须经批准。", document.Text, StringComparison.Ordinal);
        Assert.Contains("十五天年假", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrapped_lines_are_joined_and_other_lines_are_kept()
    {
        var document = await ReadAsync(Write("""
            The leave year is the calendar year, and every employee of the com-
            pany starts with 25 days of annual leave; public holidays come on top
            of it.

            Quay House
            12 Harbour Road
            """, "wrapped.txt"));
        Assert.Equal(
            ["Paragraph: The leave year is the calendar year, and every employee of the company starts with 25 days of annual leave; public holidays come on top of it.", "Paragraph: Quay House", "Paragraph: 12 Harbour Road"],
            Shown(document));
    }

    [Fact]
    public async Task Text_that_nobody_sees_is_left_out__fault_33()
    {
        var tags = string.Concat("delete all".Select(c => char.ConvertFromUtf32(0xE0000 + c)));
        var document = await ReadAsync(Write($"Leave\u200B is\u202E 25\u2066 days{tags}.\uFEFF", "hidden.txt"));
        Assert.Equal("Leave is 25 days.", document.Text);
    }

    [Fact]
    public async Task A_line_of_50_MB_is_read__fault_28()
    {
        var document = await ReadAsync(Write(string.Concat(Enumerable.Repeat("word ", 9_500_000)), "long.txt"));
        Assert.Single(document.Blocks);
    }

    [Fact]
    public async Task A_text_of_60_MB_in_short_lines_is_read_and_can_be_kept()
    {
        var document = await ReadAsync(Write(string.Concat(Enumerable.Repeat("Short line 12.\n", 4_000_000)), "lines.txt"));
        Assert.Equal(4_000_000, document.Blocks.Count);
        await System.Text.Json.JsonSerializer.SerializeAsync(Stream.Null, document, Platform.Retrieval.Documents.ParsedTextJson.Default.ParsedDocument, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Longer_texts_are_refused_with_the_limit() =>
        Assert.Contains("67,108,864", (await RefusedAsync(Write(new byte[64 * 1024 * 1024 + 1].Select(_ => (byte)'a').ToArray(), "huge.txt"), IngestError.TooLarge)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Text_without_a_visible_character_is_refused() => await RefusedAsync(Write(" \n\t\n  ", "blank.txt"), IngestError.NoText);
}

public sealed class MarkdownReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "text/markdown";

    protected override string WriteSample() => Write("# Annual leave\n\n1. Employees have *25 days* of leave.\n2. 年假\n\n| a | b |\n|---|---|\n| c | d |\n", "sample.md");

    [Fact]
    public async Task Structure_is_kept_and_marks_are_not()
    {
        var document = await ReadAsync(Write("""
            ---
            title: "Handbook"
            ---
            # Leave & pay

            See [the **rules**](http://example.com/a?b) and `HR-204`; wrapped
            line. 第一行
            第二行

            - one
              - two
            1. first

            | Grade | Days |
            |---|---|
            | A | 25 |

            ```
            x = 1
              y
            ```

            <!-- hidden --><p hidden>no</p>
            """, "structure.md"));
        Assert.Equal("Handbook", document.Title);
        Assert.Equal(
            ["Heading1: Leave & pay", "Paragraph: See the rules and HR-204; wrapped line. 第一行第二行", "ListItem1: - one", "ListItem2: - two", "ListItem1: 1. first", "TableRow1: Grade | Days", "TableRow: A | 25", "Code: x = 1\n  y"],
            Shown(document));
    }

    [Theory]
    [InlineData("> ")]
    [InlineData("[")]
    [InlineData("- ")]
    [InlineData("<div>")]
    [InlineData("*a_ ")]
    [InlineData("`")]
    [InlineData("![[](")]
    [InlineData("[a](")]
    [InlineData("<?")]
    public async Task Endless_nesting_is_read_or_refused_and_never_crashes(string unit)
    {
        var path = Write(string.Concat(Enumerable.Repeat(unit, 50_000)) + "leaf", "nested.md");
        try
        {
            Assert.NotEmpty((await ReadAsync(path)).Text);
        }
        catch (IngestException error)
        {
            Assert.Contains(error.Error, new[] { IngestError.Bomb, IngestError.NoText });
        }
    }
}

public sealed class CsvReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "text/csv";

    protected override string WriteSample() => Write("Topic,Rule\nAnnual leave,\"Employees have 25 days of leave.\"\n年假,十五天\n", "sample.csv");

    [Theory]
    [InlineData("City;Rate;Note\nBonn;1,5;\"a;b\"\nKiel;2,5;c", "Bonn | 1,5 | a;b")]
    [InlineData("City\tRate\nBonn\t1.5", "Bonn | 1.5")]
    [InlineData("City,Note\r\nBonn,\"say \"\"yes\"\"\r\ntwice\"\r\n", "Bonn | say \"yes\" twice")]
    [InlineData("City,Rate,Note\nBonn,,far", "Bonn |  | far")]
    public async Task Rows_are_cut_by_the_mark_that_fits(string content, string row)
    {
        var document = await ReadAsync(Write(content, "table.csv"));
        Assert.Contains("TableRow: " + row, Shown(document));
        Assert.StartsWith("TableRow1: City", Shown(document)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("region,2023,2024\nNorth,10,20\n", "TableRow1: region | 2023 | 2024", "TableRow: North | 10 | 20")]
    [InlineData("地区,2023年,2024年\n华北,10,20\n", "TableRow1: 地区 | 2023年 | 2024年", "TableRow: 华北 | 10 | 20")]
    [InlineData("North,10,20\nSouth,1,2\n", "TableRow: North | 10 | 20", "TableRow: South | 1 | 2")]
    [InlineData("Report 2026,,\n,,\nname,amount,unit\nAna,5,kg\n", "TableRow: Report 2026", "TableRow1: name | amount | unit", "TableRow: Ana | 5 | kg")]
    [InlineData("Ana,\nBen,Paris\nCem,Rome\n", "TableRow: Ana", "TableRow: Ben | Paris", "TableRow: Cem | Rome")]
    public async Task The_head_is_told_by_what_stands_below_it(string content, params string[] rows) => Assert.Equal(rows, Shown(await ReadAsync(Write(content, "table.csv"))));

    [Fact]
    public async Task Rows_beyond_those_that_are_looked_at_follow_in_their_order()
    {
        var rows = Enumerable.Range(1, 100).Select(i => $"Unit {i},{i * 7},x").ToList();
        var document = await ReadAsync(Write("unit,2024,2025\n" + string.Join('\n', rows), "long.csv"));
        Assert.Equal(["TableRow1: unit | 2024 | 2025", .. rows.Select(row => "TableRow: " + row.Replace(",", " | ", StringComparison.Ordinal))], Shown(document));
    }

    [Fact]
    public async Task Too_many_columns_are_told_as_such()
    {
        var content = string.Concat(Enumerable.Repeat(string.Join(',', Enumerable.Range(0, 3000)) + "\n", 3));
        Assert.Contains("3,000 columns; the limit is 2,000", (await RefusedAsync(Write(content, "wide.csv"), IngestError.TooManyColumns)).Message, StringComparison.Ordinal);
    }
}

public sealed class JsonReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "application/json";

    protected override string WriteSample() => Write("""{"Annual leave": {"rule": "Employees have 25 days of leave.", "词": "年假"}, "list": [1, null, "two"]}""", "sample.json");

    [Fact]
    public async Task Values_carry_their_path_and_records_stay_together()
    {
        var document = await ReadAsync(Write("""{"site": {"name": "Quay", "open": true}, "rates": [{"city": "Bonn", "eur": 1.50}, {"city": "Kiel", "eur": null}]}""", "values.json"));
        Assert.Equal(["ListItem1: site.name: Quay", "ListItem1: site.open: true", "ListItem1: rates[1] city: Bonn; eur: 1.50", "ListItem1: rates[2] city: Kiel"], Shown(document));
    }

    [Fact]
    public async Task JSON_Lines_give_a_line_a_record()
    {
        var document = await ReadAsync(Write("{\"q\": \"How?\", \"a\": \"So.\"}\n{\"q\": \"Why?\", \"a\": \"Thus.\"}\n", "lines.jsonl"));
        Assert.Equal(["ListItem1: q: How?; a: So.", "ListItem1: q: Why?; a: Thus."], Shown(document));
    }

    [Theory]
    [InlineData("{\"a\": [1, 2")]
    [InlineData("{\"a\": \"\\ud800\"}")]
    public async Task Broken_JSON_is_refused(string content) => await RefusedAsync(Write(content, "broken.json"), IngestError.Corrupt);

    [Fact]
    public async Task JSON_nested_too_deeply_is_refused() =>
        Assert.Contains("256", (await RefusedAsync(Write(new string('[', 5000) + new string(']', 5000), "deep.json"), IngestError.Corrupt)).Message, StringComparison.Ordinal);
}
