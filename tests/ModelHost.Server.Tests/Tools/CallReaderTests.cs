using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Tools;

namespace Platform.ModelHost.Server.Tests.Tools;

public sealed class CallReaderTests
{
    private const string TwoCalls = """[{"name":"a","arguments":{"x":"}\"]\\","y":[{},1]}},{"name":"b-2","arguments":{}}]""";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Calls_are_the_same_however_the_text_is_cut(int length)
    {
        var parts = Read(TwoCalls.Chunk(length).Select(piece => new string(piece)));
        Assert.Equal([new CallsTool(0, 0, "id1", "a"), new CallsTool(0, 1, "id2", "b-2")], parts.OfType<CallsTool>());
        Assert.Equal("""{"x":"}\"]\\","y":[{},1]}""", Arguments(parts, 0));
        Assert.Equal("{}", Arguments(parts, 1));
        Assert.DoesNotContain(parts, part => part is Says);
    }

    [Fact]
    public void What_begins_with_anything_but_a_bracket_is_text()
    {
        var parts = Read(["", "He", "llo [{\"name\":\"a\""]);
        Assert.Equal("Hello [{\"name\":\"a\"", string.Concat(parts.Cast<Says>().Select(part => part.Text)));
    }

    [Fact]
    public void A_call_that_breaks_off_keeps_what_came() => Assert.Equal("{\"x\":\"abc", Arguments(Read(["[{\"name\":\"a\",\"arguments\":{\"x\":", "\"abc"]), 0));

    private static string Arguments(List<AnswerPart> parts, int index) => string.Concat(parts.OfType<CallArguments>().Where(part => part.Index == index).Select(part => part.Fragment));

    private static List<AnswerPart> Read(IEnumerable<string> pieces)
    {
        var ids = 0;
        var reader = new CallReader(0, () => $"id{++ids}");
        return [.. pieces.SelectMany(reader.Read)];
    }
}
