using Platform.Fakes;
using Platform.Web.Supervision;

namespace Platform.Web.Tests.Supervision;

public sealed class ModelsReadyTests
{
    [Fact]
    public async Task What_goes_on_by_itself_waits_while_the_model_host_starts_and_no_longer_than_there_is_use_in_it()
    {
        foreach (var end in (ModelHostState?[])[new(ModelHostPhase.Ready), new(ModelHostPhase.Down, "It cannot serve.", Final: true), new(ModelHostPhase.Down, "Nothing answers."), null])
        {
            ManualClock clock = new();
            ModelHostStatus status = new();
            status.Set(new(ModelHostPhase.Starting));
            var waiting = new ModelsReady(status, clock).UntilAsync(TestContext.Current.CancellationToken);
            status.Set(new(ModelHostPhase.Down, "It ended.", clock.GetUtcNow())); // and is about to be started again
            status.Set(new(ModelHostPhase.Starting));
            clock.Advance(TimeSpan.FromMinutes(4));
            Assert.False(waiting.IsCompleted);
            if (end is not null)
            {
                status.Set(end);
            }
            else
            {
                clock.Advance(TimeSpan.FromMinutes(2));
            }
            await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        using CancellationTokenSource gone = new();
        var left = new ModelsReady(new(), new ManualClock()).UntilAsync(gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
    }
}
