using System.Text.Json;
using Platform.Agents.Tools.Recorded;
using Platform.Web.Features.Agents.Suites;

namespace Platform.Web.Tests.Agents;

public sealed class CallDraftTests
{
    private static readonly RecordedCall Recorded = new("look", JsonElement.Parse("""{"text":"leave"}"""), "27 days", Data: JsonElement.Parse("[27]"), Citations: []);

    [Fact]
    public void A_call_that_nobody_changed_is_kept_as_it_was()
    {
        var written = new CallDraft(Recorded).Written();
        Assert.Equal((Recorded.Text, Recorded.Data, Recorded.Citations), (written.Text, written.Data, written.Citations));
        Assert.Equal("leave", written.Arguments!.Value.GetProperty("text").GetString());
    }

    [Fact]
    public void Another_text_takes_away_what_stood_beside_the_old_one_and_no_arguments_stand_for_any()
    {
        var written = new CallDraft(Recorded) { Text = "30 days", Arguments = " " }.Written();
        Assert.Equal(("30 days", null, null, null), (written.Text, written.Data, written.Citations, written.Arguments));
    }

    [Theory]
    [InlineData("[1]", true)]
    [InlineData("{", true)]
    [InlineData("", false)]
    public void Arguments_that_are_no_object_are_faulty(string arguments, bool faulty) => Assert.Equal(faulty, new CallDraft(Recorded) { Arguments = arguments }.IsFaulty);
}
