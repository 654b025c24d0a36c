namespace Platform.Conformance.Tests;

/// <summary>OpenAI's and Anthropic's own JavaScript SDKs, run by node: what their users rely on. The checks are in javascript/conformance.mjs and messages.mjs.</summary>
public sealed class JavaScriptSdkTests(JavaScriptRun run) : IClassFixture<JavaScriptRun>
{
    [Theory]
    [InlineData("lists_models")]
    [InlineData("chats")]
    [InlineData("streams_what_it_says_whole")]
    [InlineData("streams_with_usage")]
    [InlineData("calls_tools_several_at_once")]
    [InlineData("follows_a_schema")]
    [InlineData("gives_several_answers_with_log_probabilities")]
    [InlineData("completes")]
    [InlineData("embeds_by_its_default_format")]
    [InlineData("says_what_went_wrong_by_its_classes")]
    [InlineData("responds")]
    [InlineData("streams_a_response_as_it_says_it_whole")]
    [InlineData("calls_functions_in_a_response_and_goes_on")]
    [InlineData("follows_a_schema_in_a_response")]
    [InlineData("messages_are_answered")]
    [InlineData("messages_stream_what_they_say_whole")]
    [InlineData("messages_call_tools_and_go_on")]
    [InlineData("messages_are_counted")]
    [InlineData("messages_say_what_went_wrong_by_their_classes")]
    public void It_works_as_its_users_expect_conformance_1(string check) => Assert.Equal("ok " + check, run.Lines.Single(line => line == "ok " + check || line.StartsWith($"failed {check}:", StringComparison.Ordinal)));

    [Fact]
    public void Every_check_of_the_scripts_is_a_row_above() => Assert.Equal(19, run.Lines.Count);
}
