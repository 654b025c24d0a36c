using System.Text.Json;
using Platform.Web.Features.Api;

namespace Platform.Web.Tests.Api;

/// <summary>Names of the public API beside those that are stored.</summary>
public sealed class EventNamesTests
{
    private const string Stored = """{"version":1,"steps":[{"id":"p1","goal":"Add","tool":"calculator","inputs":{"someText":"2 * 3"},"dependsOn":[],"doneWhen":"a number"}]}""";
    private const string Told = """{"version":1,"steps":[{"id":"p1","goal":"Add","tool":"calculator","inputs":{"someText":"2 * 3"},"depends_on":[],"done_when":"a number"}]}""";

    [Fact]
    public void A_plan_is_told_in_the_names_of_the_api_and_taken_in_them() =>
        Assert.Equal((Told, Stored), (EventNames.Of(Stored)!.ToJsonString(), EventNames.Stored(JsonElement.Parse(Told)).GetRawText()));

    [Fact]
    public void Why_a_call_failed_is_told_as_a_name_of_the_api() =>
        Assert.Equal("""{"is_error":true,"failure":"no_such_passage"}""", EventNames.Of(JsonSerializer.Serialize(new { isError = true, failure = Platform.Agents.Tools.ToolFailure.NoSuchPassage }))!.ToJsonString());

    [Fact]
    public void What_a_tool_does_and_what_it_always_runs_for_are_told_one_by_one() =>
        Assert.Equal("""{"effects":["reads","writes"],"always_for":["reads"]}""", EventNames.Of("""{"effects":"Reads, Writes","alwaysFor":"Reads"}""")!.ToJsonString());

    [Fact]
    public void What_is_asked_of_a_plan_is_told_as_the_plan_and_a_tools_arguments_as_they_came()
    {
        Assert.Equal($$"""{"tool":"plan","arguments":{{Told}}}""", EventNames.Of($$"""{"tool":"plan","arguments":{{Stored}}}""")!.ToJsonString());
        Assert.Equal("""{"tool":"send","arguments":{"toWhom":"Anna"}}""", EventNames.Of("""{"tool":"send","arguments":{"toWhom":"Anna"}}""")!.ToJsonString());
    }
}
