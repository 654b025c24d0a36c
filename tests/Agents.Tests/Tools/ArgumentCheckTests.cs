using System.Text.Json;
using Platform.Agents.Tools;

namespace Platform.Agents.Tests.Tools;

public sealed class ArgumentCheckTests
{
    private static readonly JsonElement Schema = JsonElement.Parse("""
        {"type":"object","required":["query"],"additionalProperties":false,"properties":{
          "query":{"type":"string","minLength":1,"maxLength":20},
          "top":{"type":"integer","minimum":1,"maximum":8},
          "kind":{"enum":["a","b",null]},
          "tags":{"type":"array","maxItems":2,"items":{"type":"string"}},
          "either":{"anyOf":[{"type":"string"},{"type":"object","required":["id"],"properties":{"id":{"type":"number","exclusiveMinimum":0}}}]}}}
        """);

    [Theory]
    [InlineData("""{"query":"leave"}""")]
    [InlineData("""{"query":"leave","top":8,"kind":null,"tags":["x","y"],"either":{"id":0.5}}""")]
    [InlineData("""{"query":"leave","top":2.0,"either":"text"}""")]
    public void Arguments_that_fit_have_no_fault(string arguments) => Assert.Null(ArgumentCheck.Fault(Schema, JsonElement.Parse(arguments)));

    [Theory]
    [InlineData("[]", "one JSON object")]
    [InlineData("{}", "\"query\" is missing")]
    [InlineData("""{"query":7}""", "\"query\" must be of type string, but is 7")]
    [InlineData("""{"query":""}""", "has 0 characters; the least is 1")]
    [InlineData("""{"query":"123456789012345678901"}""", "has 21 characters; the limit is 20")]
    [InlineData("""{"query":"x","top":0}""", "\"top\" is 0; that is too small")]
    [InlineData("""{"query":"x","top":9}""", "\"top\" is 9; that is too large")]
    [InlineData("""{"query":"x","top":1.5}""", "\"top\" must be of type integer, but is 1.5")]
    [InlineData("""{"query":"x","top":1e400}""", "\"top\"")]
    [InlineData("""{"query":"x","kind":"c"}""", "must be one of \"a\", \"b\", null")]
    [InlineData("""{"query":"x","tags":["a","b","c"]}""", "has 3 items; the limit is 2")]
    [InlineData("""{"query":"x","tags":["a",1]}""", "\"tags[1]\" must be of type string")]
    [InlineData("""{"query":"x","either":{"id":0}}""", "\"either\" must be of type string")]
    [InlineData("""{"query":"x","query":"y"}""", "\"query\" is given twice")]
    [InlineData("""{"query":"x","either":{"id":1,"more":[{"a":1,"a":1}]}}""", "\"either.more.a\" is given twice")]
    [InlineData("""{"query":"x","sudo":true}""", "\"sudo\" is not known; the arguments are: query, top, kind, tags, either")]
    public void A_fault_names_the_place_and_what_is_wanted(string arguments, string expected) =>
        Assert.Contains(expected, ArgumentCheck.Fault(Schema, JsonElement.Parse(arguments)), StringComparison.Ordinal);

    [Fact]
    public void A_schema_of_a_stranger_that_nests_without_end_ends()
    {
        var schema = string.Concat(Enumerable.Repeat("""{"allOf":[""", 30)) + "true" + string.Concat(Enumerable.Repeat("]}", 30));
        Assert.Contains("nested deeper", ArgumentCheck.Fault(JsonElement.Parse(schema), JsonElement.Parse("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_without_end_are_refused() =>
        Assert.Contains("the limit is 32,768", ArgumentCheck.Fault(Schema, JsonElement.Parse($$"""{"query":"{{new string('x', 40_000)}}"}""")), StringComparison.Ordinal);
}
