using System.Text.Json;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

public sealed class GoldenRoomTests
{
    /// <summary>The documents need some tokens, too: what fills the context does not fit.</summary>
    [Fact]
    public void Questions_that_leave_the_documents_nothing_of_the_context_do_not_fit()
    {
        Assert.Equal(new GoldenRoom(3, 2, 285), GoldenRoom.Of([256, 285, 255], 256));
        Assert.Equal(new GoldenRoom(0, 0, 0), GoldenRoom.Of([], 256));
    }

    [Theory]
    [InlineData("""{"golden":{"rows":17,"left_out":3}}""", 3)]
    [InlineData("""{"golden":{"rows":20}}""", 0)]
    [InlineData("""{"golden":{"error":{"code":"gone"}}}""", 0)]
    [InlineData("{}", 0)]
    public void A_version_says_how_many_questions_it_was_not_asked(string metrics, int leftOut) =>
        Assert.Equal(leftOut, GoldenChoice.LeftOut(new AdminAdapter("porter", 1, "seed", null, 16, 16, [], AdminAdapterState.Draft, false, false, null, 1, null, null, JsonDocument.Parse(metrics).RootElement)));
}
