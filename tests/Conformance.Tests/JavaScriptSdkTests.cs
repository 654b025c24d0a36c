namespace Platform.Conformance.Tests;

/// <summary>OpenAI's own JavaScript SDK, run by node: what its users rely on. The checks are in javascript/conformance.mjs.</summary>
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
    public void It_works_as_its_users_expect(string check) => Assert.Equal("ok " + check, run.Lines.Single(line => line.StartsWith($"ok {check}", StringComparison.Ordinal) || line.StartsWith($"failed {check}:", StringComparison.Ordinal)));

    [Fact]
    public void Every_check_of_the_script_is_a_row_above() => Assert.Equal(10, run.Lines.Count);
}
