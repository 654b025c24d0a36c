using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Completions;

namespace Platform.ModelHost.Server.Tests.Completions;

/// <summary>Several prompts in one request.</summary>
public sealed class SeveralPromptsTests
{
    [Fact]
    public async Task The_place_in_the_queue_that_a_request_is_told_only_falls()
    {
        int[][] places = [[4, 3], [6, 3, 2], [2, 1]];
        var prompts = places.Select(told => (Func<CancellationToken, IAsyncEnumerable<AnswerPart>>)(_ => told.Select(place => (AnswerPart)new Waits(place)).ToAsyncEnumerable())).ToList();
        var parts = await SeveralPrompts.PartsAsync(prompts, answers: 1, atOnce: 1, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([4, 3, 2, 1], parts.Select(part => Assert.IsType<Waits>(part).Position));
    }
}
