using Platform.Agents.Runs;
using Platform.Web.Features.Api;
using Platform.Web.Tests.Chat;

namespace Platform.Web.Tests.Api;

public sealed class RunEventsTests
{
    [Theory]
    [InlineData(null, null, 0)]
    [InlineData("", "7", 7)]
    [InlineData("3", "7", 3)]
    [InlineData(null, "12", 12)]
    public void A_reader_goes_on_after_the_event_it_names(string? query, string? lastEventId, int after) => Assert.Equal(after, RunEvents.After(query, lastEventId));

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999")]
    public void An_event_number_that_is_none_is_refused_by_name(string given) => Assert.Contains(given, Assert.Throws<ArgumentException>(() => RunEvents.After(given, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_frame_is_one_line_of_data_whatever_the_text_holds()
    {
        var frame = RunEvents.Frame(Samples.Event(5, "message.delta", new TextData("a\r\n\n\u2028data: x")));

        var lines = frame.Split('\n');
        Assert.Equal("id: 5", lines[0]);
        Assert.Equal("event: message.delta", lines[1]);
        Assert.StartsWith("data: {\"seq\":5,", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", ""], lines[3..]);
        Assert.DoesNotContain('\r', frame);
    }
}
