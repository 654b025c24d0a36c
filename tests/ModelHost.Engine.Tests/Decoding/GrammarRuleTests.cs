using System.Text;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Tests.Grammars;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>Our reader of grammars beside llama.cpp's on the same vocabulary, and what it costs.</summary>
public sealed class GrammarRuleTests : IDisposable
{
    private readonly SafeLlamaModelHandle model;
    private readonly Tokenizer tokenizer;
    private readonly TokenCandidates one = new(1), all;

    public GrammarRuleTests()
    {
        LlamaLibrary.Load();
        model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        (tokenizer, all) = (new Tokenizer(model), new TokenCandidates(model.VocabularySize));
    }

    public void Dispose()
    {
        one.Dispose();
        all.Dispose();
        model.Dispose();
    }

    public static TheoryData<string> Grammars => new()
    {
        "root ::= \"{\" ws (pair (\",\" ws pair)*)? \"}\"\npair ::= \"\\\"\" [a-z]{1,6} \"\\\":\" ws value\nvalue ::= root | \"\\\"\" [^\"\\\\\\x00-\\x1F]{0,40} \"\\\"\" | \"-\"? [1-9] [0-9]{0,3}\nws ::= \" \"?",
        "root ::= [一-鿿]{1,9} \"。\" [^a-z]* \"é\" | \"茶\" .{3}",
        "root ::= (\"a\"? \"b\"?){20} | ([a-z ]+ [.,])* \"end\"",
        "root ::= \"<|im_end|>\" [^<]* | [😀-🙏]+ [^\\x00-\\uFFFF]",
        "root ::= " + string.Join(" | ", Enumerable.Range(0, 1_000).Select(i => $"\"item {i}\"")),
        SchemaPropertyTests.Grammar(System.Text.Json.JsonElement.Parse("""{"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["a","bc","def"]}}},"required":["name"]}"""))!,
    };

    [Theory, MemberData(nameof(Grammars))]
    public void It_allows_what_llama_allows_token_for_token(string grammar)
    {
        var random = new Random(5);
        for (var round = 0; round < 3; round++)
        {
            using var rule = new GrammarRule(tokenizer, new GrammarOptions(grammar));
            using var llama = SafeLlamaSamplerHandle.Grammar(model, grammar, GrammarCheck.Root);
            for (var step = 0; step < 12; step++)
            {
                var allowed = Allowed(rule);
                Assert.NotEmpty(allowed);
                var looked = allowed.Count < 1_500 ? [.. allowed] : Enumerable.Range(0, 1_500).Select(_ => allowed.ElementAt(random.Next(allowed.Count))).ToHashSet();
                looked.UnionWith(Enumerable.Range(0, 1_500).Select(_ => random.Next(tokenizer.VocabularySize)));
                looked.UnionWith(tokenizer.EndTokens);
                looked.RemoveWhere(token => tokenizer.Piece(token).ContainsAnyInRange((byte)0xF5, (byte)0xFF)); // begin no character; llama.cpp takes them for one
                Assert.All(looked, token => Assert.True(allowed.Contains(token) == Llama(llama, token) && allowed.Contains(token) == rule.Allows(token), $"step {step}: '{Encoding.UTF8.GetString(tokenizer.Piece(token, special: true))}'"));
                var next = allowed.ElementAt(random.Next(allowed.Count));
                if (tokenizer.EndsText(next)) { break; }
                rule.Accept(next);
                llama.Accept(next);
            }
        }
    }

    /// <summary>Fault 23: each kept all other answers of llama.cpp's waiting for 8 to 40 seconds.</summary>
    [Theory]
    [InlineData("root ::= (\"a\"?){250} \"a\"{250}")]
    [InlineData("root ::= \"a\"{0,2000} \"a\"{0,2000} \"b\"")]
    [InlineData("root ::= ([a-z]*){50} \"1\"")]
    [InlineData("root ::= (\"a\"?){500} \"a\"{500}")]
    public void Fault_23_many_ways_to_read_the_same_cost_little(string grammar)
    {
        var rules = GrammarCheck.Read(grammar);
        var matcher = new GrammarMatcher(rules, rules.Find(GrammarCheck.Root)!.Value);
        var ways = matcher.Start;
        for (var at = 0; at < 200; at++) { ways = matcher.After(ways, 'a'); }
        Assert.NotEmpty(ways.Stacks);
        Assert.InRange(matcher.PlacesMet, 1, 10_000);
        using var rule = new GrammarRule(tokenizer, new GrammarOptions(grammar));
        for (var step = 0; step < 10; step++)
        {
            var next = Allowed(rule).MaxBy(token => tokenizer.Piece(token).Length);
            if (tokenizer.EndsText(next)) { break; }
            rule.Accept(next);
        }
    }

    private HashSet<int> Allowed(GrammarRule rule)
    {
        rule.Narrow(all, new float[tokenizer.VocabularySize]);
        return [.. all.Tokens];
    }

    private bool Llama(SafeLlamaSamplerHandle llama, int token)
    {
        one.Fill([token]);
        one.Apply(llama);
        return one.AnyAllowed;
    }
}
