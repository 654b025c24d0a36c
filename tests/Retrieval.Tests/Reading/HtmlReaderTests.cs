using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Reading;

public sealed class HtmlReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "text/html";

    protected override string WriteSample() => Write("<!doctype html><title>T</title><h1>Annual leave</h1><ul><li>Employees have <b>25 days</b> of leave.</li><li>年假</li></ul>", "sample.html");

    [Fact]
    public async Task Structure_is_kept()
    {
        var document = await ReadAsync(Write("""
            <html><head><title>Rules &amp; rates</title></head><body>
            <h1>Leave <small>2026</small></h1>
            <div>Loose text<p>A <a href="http://example.com">link</a>.<br>Next line.</p></div>
            <ol start="3"><li><p>three</p><ul><li>deep</li></ul></li><li>four</li></ol>
            <table><caption>Rates</caption><tr><th>City</th><th>EUR</th></tr><tr><td>Bonn</td><td><b>1</b>.5</td></tr></table>
            <pre>a
              b</pre>
            </body></html>
            """, "structure.html"));
        Assert.Equal("Rules & rates", document.Title);
        Assert.Equal(
            ["Heading1: Leave 2026", "Paragraph: Loose text", "Paragraph: A link.", "Paragraph: Next line.", "ListItem1: 3. three", "ListItem2: - deep", "ListItem1: 4. four", "Paragraph: Rates", "TableRow1: City | EUR", "TableRow: Bonn | 1.5", "Code: a\n  b"],
            Shown(document));
    }

    /// <summary>What a person cannot see must not reach the model.</summary>
    [Theory]
    [InlineData("<!-- SECRET -->")]
    [InlineData("<script>SECRET</script>")]
    [InlineData("<style>SECRET</style>")]
    [InlineData("<p hidden>SECRET</p>")]
    [InlineData("<div style='Display : none'><b>SECRET</b></div>")]
    [InlineData("<span style='visibility:hidden'>SECRET</span>")]
    [InlineData("<span style='font-size:0px'>SECRET</span>")]
    [InlineData("<span style='opacity:0.0'>SECRET</span>")]
    [InlineData("<i aria-hidden=true>SECRET</i>")]
    [InlineData("<template>SECRET</template>")]
    [InlineData("<noscript>SECRET</noscript>")]
    [InlineData("<table><tr hidden><td>SECRET</td></tr><tr><td>x</td></tr></table>")]
    [InlineData("<iframe srcdoc='SECRET'></iframe>")]
    public async Task Hidden_text_is_left_out__fault_33(string hidden)
    {
        var document = await ReadAsync(Write($"<html><body><p>Visible.</p>{hidden}<p>Too.</p></body></html>", "hidden.html"));
        Assert.DoesNotContain("SECRET", document.Text, StringComparison.Ordinal);
        Assert.Contains("Too.", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faint_text_is_visible()
    {
        Assert.Contains("seen", (await ReadAsync(Write("<html><body><p style='opacity:0.5;font-size:0.8em'>seen</p></body></html>", "faint.html"))).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b>")]
    [InlineData("<p><font color=red>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<svg><g>")]
    public async Task Endless_nesting_is_refused_before_the_parser_sees_it(string unit) =>
        await RefusedAsync(Write("<html><body>" + string.Concat(Enumerable.Repeat(unit, 100_000)) + "leaf", "nested.html"), IngestError.Bomb);

    [Theory]
    [InlineData("<div>", 1500)]
    [InlineData("<b>", 1500)]
    [InlineData("<ul><li>", 700)]
    public async Task Deep_nesting_below_the_limit_is_read(string unit, int times) =>
        Assert.Contains("leaf", (await ReadAsync(Write("<html><body>" + string.Concat(Enumerable.Repeat(unit, times)) + "leaf", "deep.html"))).Text, StringComparison.Ordinal);

    [Fact]
    public async Task A_page_of_100000_items_is_read()
    {
        var document = await ReadAsync(Write("<html><body><ol>" + string.Concat(Enumerable.Repeat("<li>item", 100_000)) + "</ol>", "wide.html"));
        Assert.Equal(100_000, document.Blocks.Count);
        Assert.EndsWith("100000. item", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_made_by_script_says_why_it_is_empty() =>
        Assert.Contains("script", (await RefusedAsync(Write("<html><body><div id=app></div><script>x</script></body></html>", "app.html"), IngestError.NoText)).Message, StringComparison.Ordinal);
}
