using Microsoft.Extensions.Logging.Abstractions;
using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class LookingTests
{
    [Fact]
    public async Task A_look_that_fails_is_not_the_last()
    {
        var looks = 0;
        await Looking.EveryAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, NullLogger.Instance, () => ++looks == 1 ? throw new InvalidOperationException("The database is away.") : Task.FromResult(looks < 3), TestContext.Current.CancellationToken);
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task A_page_that_is_left_looks_no_more()
    {
        using CancellationTokenSource gone = new();
        var looks = 0;
        await Looking.EveryAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, NullLogger.Instance, async () =>
        {
            looks++;
            await gone.CancelAsync();
            return true;
        }, gone.Token);
        Assert.Equal(1, looks);
    }
}
