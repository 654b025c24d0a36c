using Platform.ModelHost.Engine.Tokens.Jinja;

namespace Platform.ModelHost.Engine.Tests.Templates;

/// <summary>Templates come in model files that anyone may have made.</summary>
public sealed class TemplateLimitTests
{
    private static readonly TemplateLimits Small = new() { Steps = 200_000, Characters = 100_000 };

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{{ 'x' * 999999999999 }}")]
    [InlineData("{{ [1] * 999999999999 }}")]
    [InlineData("{{ range(1000000) | list }}")]
    [InlineData("{{ range(9223372036854775807) }}")]
    [InlineData("{{ 'x' | indent(999999999) }}")]
    [InlineData("{{ 'x' | center(999999999) }}")]
    [InlineData("{{ [1] | tojson(indent=999999999) }}")]
    [InlineData("{{ 'x'.ljust(999999999) }}")]
    [InlineData("{{ ('a' * 9999).replace('', 'b' * 9999) }}")]
    [InlineData("{{ (('a,' * 9999).split(',')) | join('b' * 9999) }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{% set a = namespace(l=[1]) %}{% set b = namespace(l=[1]) %}{% for i in range(60) %}{% set a.l = [a.l, a.l] %}{% set b.l = [b.l, b.l] %}{% endfor %}{{ a.l == b.l }}")]
    [InlineData("{% for i in range(99999) %}xxxxxxxx{% endfor %}")]
    [InlineData("{% for i in range(999) recursive %}{{ loop(range(999)) }}{% endfor %}")]
    public void What_a_hostile_template_may_cost_is_limited(string source) => Assert.Equal(TemplateFault.Limit, Fault(source).Fault);

    [Theory]
    [InlineData("{{ ''.zfill(-9223372036854775807) }}")]
    [InlineData("{{ ''.ljust(-999999999) }}")]
    [InlineData("{{ 'x' | center(-999999999) }}")]
    [InlineData("{{ 'x' | indent(-999999999) }}")]
    [InlineData("{{ [1] | tojson(indent=-999999999) }}")]
    public void A_width_below_zero_gives_no_steps_back(string source) =>
        Assert.Equal(TemplateFault.Limit, Fault(source + "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}").Fault);

    [Theory]
    [InlineData("{{ s.strip(t) }}")]
    [InlineData("{{ s | trim(t) }}")]
    [InlineData("{{ s.rsplit('a', 999999999) | length }}")]
    [InlineData("{{ part in s }}")]
    [InlineData("{{ s.find(part) }}{{ s.rfind(part) }}")]
    [InlineData("{{ s.count(part) }}{{ s.replace(part, '') | length }}")]
    [InlineData("{{ s.split(part) | length }}{{ s.rsplit(part, 2) | length }}{{ s.partition(part) | length }}")]
    public async Task Long_texts_are_searched_within_the_limits(string use)
    {
        const string Long = "{% set t = 'b' * 1000000 ~ 'a' %}{% set s = 'a' * 4000000 %}{% set part = 'a' * 500000 ~ 'b' ~ 'a' * 500000 %}";
        var limits = TemplateLimits.Default with { Time = TimeSpan.FromSeconds(0.1) };
        var ended = Task.Run(() => Record.Exception(() => Render(Long + use, limits)), TestContext.Current.CancellationToken);
        var fault = await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(fault is null or TemplateException { Fault: TemplateFault.Limit }, fault?.ToString());
    }

    [Theory]
    [InlineData("{{ 'a,b,,c'.split(',') }}", "['a', 'b', '', 'c']")]
    [InlineData("{{ 'a,b,,c'.split(',', 1) }}", "['a', 'b,,c']")]
    [InlineData("{{ 'a,b,,c'.rsplit(',', 2) }}", "['a,b', '', 'c']")]
    [InlineData("{{ 'aaaa'.rsplit('aa', 1) }}{{ 'aaa'.rfind('aa') }}{{ 'abc'.rfind('') }}{{ ''.find('') }}", "['aa', '']130")]
    [InlineData("{{ 'abab'.replace('ab', 'x', 1) }}{{ 'abab'.replace('ab', '') }}{{ 'abab'.replace('c', 'd') }}{{ 'ab'.replace('', '-') }}", "xababab-a-b-")]
    [InlineData("{{ 'abab'.rpartition('a') }}{{ 'ab'.count('') }}{{ 'aaaa'.count('aa') }}", "('ab', 'a', 'b')32")]
    [InlineData("{{ 'xyaxy'.strip('yx') }}{{ ' a '.strip() }}{{ 'a\ud83d\ude00b'[1] == 'a\ud83d\ude00b'[-2] }}{{ 'ab'[-1] }}{{ 'ab'[2] is defined }}", "aaTruebFalse")]
    public void Texts_are_searched_as_in_Python(string source, string written) => Assert.Equal(written, Render(source, Small));

    [Fact]
    public void Values_nested_deeper_than_the_stack_are_refused()
    {
        const string Nested = "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = [ns.l] %}{% endfor %}";
        var limits = new TemplateLimits { Steps = 5_000_000 };
        foreach (var use in (string[])["{{ ns.l }}", "{{ ns.l | tojson }}", "{{ ns.l == [ns.l] }}"])
        {
            Assert.Equal(TemplateFault.Limit, Assert.Throws<TemplateException>(() => Render(Nested + use, limits)).Fault);
        }
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("a if b else ", "")]
    [InlineData("a[", "]")]
    public void Expressions_nested_deeper_than_the_stack_are_refused(string open, string close) =>
        Assert.Equal(TemplateFault.Limit, Fault("{{ " + string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000)) + " }}").Fault);

    [Theory]
    [InlineData("{{ 1", " + 1", " }}")]
    [InlineData("{{ 1", " and 1", " }}")]
    [InlineData("{{ 'a'", " | upper", " }}")]
    [InlineData("{{ a", ".b", " }}")]
    [InlineData("{% filter upper", " | upper", " %}a{% endfilter %}")]
    public void Chains_longer_than_the_stack_are_refused(string start, string link, string end) =>
        Assert.Equal(TemplateFault.Limit, Fault(start + string.Concat(Enumerable.Repeat(link, 100_000)) + end).Fault);

    [Fact]
    public void Tags_nested_too_deep_are_refused() =>
        Assert.Equal(TemplateFault.Limit, Fault(string.Concat(Enumerable.Repeat("{% if 1 %}", 1_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 1_000))).Fault);

    [Fact]
    public void A_template_runs_out_of_time()
    {
        var limits = new TemplateLimits { Time = TimeSpan.Zero };
        Assert.Contains("took more than 0 s", Assert.Throws<TemplateException>(() => Render("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", limits)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\n{{ 1 + }}", 3)]
    [InlineData("a\n\n{% if x %}\n{{ missing.x }}\n{% endif %}{{ none.y.z }}", 5)]
    [InlineData("{% set x = 'two\nlines' %}\n{# a\ncomment #}\n{{ x.nothing() }}", 5)]
    [InlineData("{% macro m() %}\n{{ raise_exception('no') }}\n{% endmacro %}\n{{ m() }}", 2)]
    public void A_fault_names_its_line(string source, int line)
    {
        var fault = Fault(source);
        Assert.Equal(line, fault.Line);
        Assert.EndsWith($"(line {line} of the template)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_reaches_nothing_but_its_values()
    {
        foreach (var source in (string[])["{{ ''.__class__ }}", "{{ [].__class__ }}", "{{ range.__globals__ }}", "{{ {}.GetType }}", "{{ namespace().GetType }}", "{{ self }}", "{{ config }}"])
        {
            Assert.Equal("", Render(source, Small));
        }
    }

    [Fact]
    public void A_template_is_used_from_many_threads_at_once()
    {
        var template = Template.Parse("{% set ns = namespace(n=0) %}{% for i in range(200) %}{% set ns.n = ns.n + i * x %}{% endfor %}{{ ns.n }}", GoldenFiles.Clock.Instance);
        Parallel.For(0, 64, i => Assert.Equal($"{19_900L * i}", template.Render([KeyValuePair.Create("x", (object?)(long)i)])));
    }

    [Theory]
    [InlineData("9223372036854775807", "a")]
    [InlineData("(-9223372036854775807 - 1)", "b")]
    public void A_step_as_long_as_a_number_can_be_takes_one_item(string step, string written) => Assert.Equal(written, Render($"{{{{ 'ab'[::{step}] }}}}", Small));

    /// <summary>On a thread with a small stack, so that it does not depend on the machine how deep is too deep.</summary>
    private static TemplateException Fault(string source)
    {
        TemplateException? fault = null;
        var thread = new Thread(() => fault = Assert.Throws<TemplateException>(() => Render(source, Small)), 512 << 10);
        thread.Start();
        thread.Join();
        return fault!;
    }

    private static string Render(string source, TemplateLimits limits) => Template.Parse(source, TimeProvider.System, limits).Render([]);
}
