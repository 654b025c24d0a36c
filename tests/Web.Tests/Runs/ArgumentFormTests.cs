using System.Text.Json;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class ArgumentFormTests
{
    private static readonly JsonElement Schema = JsonSerializer.Deserialize<JsonElement>(
        """
        {"type":"object","required":["to","count"],"properties":{"to":{"type":"string","description":"Whom"},"count":{"type":"integer"},"urgent":{"type":"boolean"},
         "how":{"enum":["mail","post"]},"parts":{"type":"array"},"note":{"type":"string"}}}
        """);

    [Fact]
    public void Each_argument_has_the_field_that_its_schema_asks_for()
    {
        var form = Of("""{"to":"ben","count":2,"urgent":true,"how":"mail","parts":[1,2],"extra":{"a":1}}""");
        Assert.Equal(
            ["to Text", "count Number", "urgent Truth", "how Choice", "parts Json", "note Text", "extra Json"],
            form.Fields.Select(field => $"{field.Name} {field.Kind}"));
        Assert.Equal(("ben", "2", true, "\"mail\"", "Whom"), (form.Fields[0].Text, form.Fields[1].Text, form.Fields[2].Truth, form.Fields[3].Text, form.Fields[0].About));
    }

    [Fact]
    public void What_nobody_touched_is_unchanged_and_what_is_typed_is_in_the_arguments()
    {
        var form = Of("""{"count":2,"to":"ben"}""");
        Assert.False(form.Read().Changed);

        form.Fields[0].Text = "\"anna\"";
        form.Fields[1].Text = "3";
        form.Fields[5].Text = "soon";
        var (arguments, changed) = form.Read();
        Assert.True(changed);
        Assert.Equal("{\"to\":\"\\u0022anna\\u0022\",\"count\":3,\"note\":\"soon\"}", arguments!.Value.GetRawText());
    }

    [Theory]
    [InlineData("many")]
    [InlineData("\"2\"")]
    [InlineData("")]
    public void A_number_that_is_none_is_said_at_its_field_and_not_sent(string typed)
    {
        var form = Of("""{"to":"ben","count":2}""");
        form.Fields[1].Text = typed;
        Assert.Null(form.Read().Arguments);
        Assert.True(form.Fields[1].IsFaulty);
    }

    /// <summary>What the tool would refuse is told where it is typed, in a form inside the form too.</summary>
    [Theory]
    [InlineData("77", "≤ 9")]
    [InlineData("0", "≥ 1")]
    [InlineData("2.5", "integer")]
    [InlineData("7", null)]
    public void A_value_that_the_tool_does_not_take_is_told_at_its_field(string typed, string? wanted)
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"body":{"type":"object","properties":{"count":{"type":"integer","minimum":1,"maximum":9} } } } }""");
        var form = ArgumentForm.Of(schema, JsonElement.Parse("""{"body":{"count":3}}"""));
        var count = form.Fields[0].Inner!.Fields[0];
        count.Text = typed;
        Assert.Equal(wanted is null, form.Read().Arguments is not null);
        Assert.Equal(wanted is not null, count.IsFaulty);
        Assert.Contains(wanted ?? "", count.Refused ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void What_must_be_there_and_is_not_is_said_to_be_missing()
    {
        var form = Of("{}");
        Assert.True(form.IsEmpty);
        form.Fields[1].Text = "2";
        Assert.False(form.IsEmpty);
        Assert.Null(form.Read().Arguments);
        Assert.Equal([true, false], form.Fields.Take(2).Select(field => field.IsMissing));
        form.Fields[0].Text = "ben";
        Assert.Equal("""{"to":"ben","count":2}""", form.Read().Arguments!.Value.GetRawText());
    }

    [Fact]
    public void Arguments_of_a_tool_that_is_gone_are_edited_by_what_they_are()
    {
        var form = ArgumentForm.Of(null, JsonSerializer.Deserialize<JsonElement>("""{"to":"ben","count":2,"list":[1]}"""));
        Assert.Equal([ArgumentKind.Text, ArgumentKind.Number, ArgumentKind.Json], form.Fields.Select(field => field.Kind));
        Assert.False(form.Read().Changed);
    }

    private static ArgumentForm Of(string arguments) => ArgumentForm.Of(Schema, JsonSerializer.Deserialize<JsonElement>(arguments));

    [Fact]
    public void An_object_whose_fields_are_known_is_edited_by_them()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"body":{"type":"object","required":["item"],"properties":{"item":{"type":"string"},"count":{"type":"integer"},"gift":{"type":"object","properties":{"text":{"type":"string"}}}}},"more":{"type":"object","properties":{"note":{"type":"string"}}}}}""");
        var given = JsonElement.Parse("""{"body":{"item":"doc","count":3,"own":[1]}}""");
        var form = ArgumentForm.Of(schema, given);
        Assert.Equal([ArgumentKind.Group, ArgumentKind.Group], form.Fields.Select(field => field.Kind));
        Assert.False(form.Read().Changed);
        var inner = form.Fields[0].Inner!.Fields;
        Assert.Equal([("item", ArgumentKind.Text), ("count", ArgumentKind.Number), ("gift", ArgumentKind.Group), ("own", ArgumentKind.Json)], inner.Select(field => (field.Name, field.Kind)));
        inner[1].Text = "4";
        inner[2].Inner!.Fields[0].Text = "For Bob";
        Assert.Equal("""{"body":{"item":"doc","count":4,"gift":{"text":"For Bob"},"own":[1]}}""", form.Read().Arguments!.Value.GetRawText());
        inner[1].Text = "many";
        Assert.Null(form.Read().Arguments);
        Assert.True(inner[1].IsFaulty);
        Assert.Equal(ArgumentKind.Json, ArgumentForm.Of(schema, JsonElement.Parse("""{"body":"a text"}""")).Fields[0].Kind); // another than its schema says
        Assert.Equal("{}", ArgumentForm.Of(schema, JsonElement.Parse("{}")).Read().Arguments!.Value.GetRawText());
    }
}
