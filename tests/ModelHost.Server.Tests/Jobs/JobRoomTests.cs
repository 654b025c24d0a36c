using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Jobs;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tests.Jobs;

/// <summary>A job and the memory that it needs.</summary>
public sealed class JobRoomTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_does_not_fit_yet_waits_and_says_for_what()
    {
        var room = new TaskCompletionSource();
        using var job = new ModelJob("quantize", "m", (_, _, _) => room.Task.IsCompleted ? Task.FromResult(new ModelJobResult(Model: "n")) : throw Full(mayFitLater: true), TimeProvider.System);
        var running = job.RunAsync(_ => throw new InvalidOperationException(), () => room.Task, Cancellation);
        Assert.Equal(("queued", "no room"), (job.Now.Status, job.Now.Reason));
        room.SetResult();
        await running;
        Assert.Equal(("completed", null, "n"), (job.Now.Status, job.Now.Reason, job.Now.Result!.Model));
    }

    [Fact]
    public async Task One_that_waits_for_room_is_cancelled_at_once()
    {
        using var job = new ModelJob("quantize", "m", (_, _, _) => throw Full(mayFitLater: true), TimeProvider.System);
        var running = job.RunAsync(_ => throw new InvalidOperationException(), () => new TaskCompletionSource().Task, Cancellation);
        job.Cancel();
        await running;
        Assert.Equal(("cancelled", null), (job.Now.Status, job.Now.Reason));
    }

    [Fact]
    public async Task One_that_can_never_fit_fails()
    {
        using var job = new ModelJob("quantize", "m", (_, _, _) => throw Full(mayFitLater: false), TimeProvider.System);
        await job.RunAsync(ex => Problems.Of(ex, "", draining: false), () => new TaskCompletionSource().Task, Cancellation);
        Assert.Equal(("failed", "out_of_memory"), (job.Now.Status, job.Now.Error!.Code));
    }

    private static EngineException Full(bool mayFitLater) => new(EngineErrorKind.OutOfMemory, "no room") { MayFitLater = mayFitLater };
}
