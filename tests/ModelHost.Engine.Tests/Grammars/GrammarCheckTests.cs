using System.Text;
using Platform.ModelHost.Engine.Grammars;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>What a raw grammar may be (fault 23), and what it accepts.</summary>
public sealed class GrammarCheckTests
{
    [Theory]
    [InlineData("root ::= \"a\" | \"b\"", "a", "ab")]
    [InlineData("root ::= [a-c]+ # comment\n", "abcabc", "")]
    [InlineData("root ::= [^\"\\\\]*", "x😀", "\"")]
    [InlineData("root ::= \"a\"{2,3}", "aaa", "aaaa")]
    [InlineData("root ::= \"a\"{2}", "aa", "aaa")]
    [InlineData("root ::= \"ab\"?", "", "a")]
    [InlineData("root ::= \"ab\"+", "abab", "aba")]
    [InlineData("root ::= (\"a\" |\n  \"b\")* \"c\"", "abbac", "ab")]
    [InlineData("root ::= word (\" \" word)*\r\nword ::= [a-z]+\r\n", "to be", "to  be")]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F600\\n\"", "Aé😀\n", "A")]
    [InlineData("root ::= . \"-\" [\\]x-]", "😀-]", "--")]
    [InlineData("root ::= \"(\" root \")\" | \"x\"", "((x))", "((x)")]
    [InlineData("\n\nroot ::=\n \"a\"\n\n", "a", "b")]
    [InlineData("root ::= ( | \"a\")", "", "aa")]
    [InlineData("root ::= \"a\" | [^\\x00-\\U0010FFFF]", "a", "b")]
    public void It_accepts_what_the_grammar_says(string grammar, string accepted, string refused)
    {
        Assert.True(GrammarText.Accepts(grammar, accepted));
        Assert.False(GrammarText.Accepts(grammar, refused));
    }

    [Theory]
    [InlineData("", "no rule 'root'")]
    [InlineData("start ::= \"a\"", "no rule 'root'")]
    [InlineData("root ::= missing", "'missing'")]
    [InlineData("root ::= ", "empty text")]
    [InlineData("root ::= \"\" | nothing\nnothing ::= \"\" \"\"", "empty text")]
    [InlineData("root ::= [^\\x00-\\U0010FFFF]", "No finite text")]
    [InlineData("root ::= \"a\" [\\uD800-\\uDBFF]", "No finite text")]
    [InlineData("root ::= \"a\" []", "nothing between its brackets")]
    [InlineData("root ::= [^]r1 | [^]r1\nr1 ::= [^]r2 | [^]r2\nr2 ::= \"x\"", "nothing between its brackets")]
    [InlineData("root ::= \"a", "closing quote")]
    [InlineData("root ::= [a", "closing bracket")]
    [InlineData("root ::= (\"a\"", "')' is missing")]
    [InlineData("root = \"a\"", "'::='")]
    [InlineData("root ::= *", "nothing before")]
    [InlineData("root ::= \"a\"**", "nothing before")]
    [InlineData("root ::= \"a\"{3,2}", "3 to 2")]
    [InlineData("root ::= \"a\"{0}", "0 to 0")]
    [InlineData("root ::= \"a\"{2001}", "0 to 2000")]
    [InlineData("root ::= \"a\"{99999999999}", "0 to 2000")]
    [InlineData("root ::= \"\\q\"", "\\q")]
    [InlineData("root ::= \"\\", "closing quote")]
    [InlineData("root ::= \"\\U00110000\"", "hexadecimal")]
    [InlineData("root ::= ((\"a\"{0,100} \"b\"){21})", "together 2000")]
    [InlineData("root ::= [z-a]", "before it begins")]
    [InlineData("root ::= <think>", "no meaning")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "twice")]
    [InlineData("root ::= root \"a\" | \"b\"", "left recursion")]
    [InlineData("root ::= a\na ::= b? root\nb ::= \"x\"", "No finite text")]
    [InlineData("root ::= \"x\"? root \"a\" | \"b\"", "left recursion")]
    [InlineData("root ::= (\"a\"*)*", "left recursion")]
    [InlineData("root ::= \"a\" root", "No finite text")]
    [InlineData("root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"x\"", "too ambiguous")]
    [InlineData("root ::= \"long way \" deep\ndeep ::= [ab] deep \"b\" | \"a\" deep \"c\" | \"x\"", "too ambiguous")]
    public void What_cannot_be_followed_is_refused_with_its_reason(string grammar, string reason)
    {
        var refusal = Assert.Throws<EngineException>(() => GrammarCheck.Check(grammar));
        Assert.Equal((EngineErrorKind.BadRequest, "grammar"), (refusal.Kind, refusal.Parameter));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Pathological => new()
    {
        "root ::= [" + string.Concat(Enumerable.Range(0, 60_000).Select(i => i % 2 == 0 ? "a" : "c")) + "]*",
        "root ::= " + string.Join(" | ", Enumerable.Range(0, 100_000).Select(i => $"\"{i}\"")),
        "root ::= " + new string('(', 100_000) + "\"a\"",
        "root ::= \"a\"{2000} " + string.Concat(Enumerable.Repeat("\"a\"{2000} ", 100)),
        "root ::= \"a\"\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"r{i} ::= \"a\"\n")),
        "root ::= r0\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"r{i} ::= \"a\" r{i + 1} \"b\" | \"a\" r{i + 1} \"c\"\n")) + "r30 ::= \"x\"",
        "root ::= (\"a\"?){2000}",
        "root ::= \"" + new string('a', 300_000) + "\"",
        "root ::= " + string.Concat(Enumerable.Repeat("[", 100_000)),
        "root ::= c0 root \"z\" | d0 root \"y\" | \"x\"\n" + string.Concat(Enumerable.Range(0, 3_300).Select(i => $"c{i} ::= c{i + 1}\nd{i} ::= d{i + 1}\n")) + "c3300 ::= \"a\"\nd3300 ::= \"b\"",
    };

    [Theory]
    [MemberData(nameof(Pathological))]
    public void A_grammar_that_would_eat_the_machine_is_refused_fault_23(string grammar)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<EngineException>(() => GrammarCheck.Check(grammar));
        Assert.Equal(EngineErrorKind.BadRequest, refusal.Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

    [Fact]
    public void A_chain_of_a_thousand_rules_needs_no_stack()
    {
        var chain = new StringBuilder("root ::= r0\n");
        for (var i = 0; i < 5_000; i++) { chain.Append('r').Append(i).Append(" ::= r").Append(i + 1).Append('\n'); }
        Assert.True(GrammarText.Accepts(chain.Append("r5000 ::= \"a\"").ToString(), "a"));
    }
}
