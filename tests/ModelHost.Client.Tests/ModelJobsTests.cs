using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Tests;

/// <summary>Jobs on model files by the administrator's client, against the real service.</summary>
public sealed class ModelJobsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_quantises_and_measures_models_and_follows_that()
    {
        var folder = Directory.CreateTempSubdirectory("platform-jobs-");
        try
        {
            await using var host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", folder.FullName));
            await using var client = LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
            var jobs = client.GetRequiredService<ModelJobs>();
            var made = await EndAsync(jobs, await jobs.QuantizeAsync("seed-chat", "q4_0", "small", Cancellation));
            Assert.True(made is { Kind: ModelJobKind.Quantize, State: ModelJobState.Completed, Progress: 1, Failure: null, Perplexity: null }, made.ToString());
            Assert.True(made.Quantized is { Model: "small", IsRequantized: true, Sha256.Length: 64 } small && small.BytesAfter < small.BytesBefore);
            Assert.Contains(await client.GetRequiredService<ModelAdmin>().ListAsync(Cancellation), model => model.Id == "small");

            var measured = await EndAsync(jobs, await jobs.MeasurePerplexityAsync("small", "The river runs through the town, and the town lies by the river.", null, Cancellation));
            Assert.True(measured.Perplexity is { Value: > 1, StandardError: > 0, Tokens: > 5 }, measured.ToString());

            var cancelled = await jobs.CancelAsync((await jobs.MeasurePerplexityAsync("seed-chat", string.Concat(Enumerable.Repeat("the river ran on ", 20_000)), null, Cancellation)).Id, Cancellation);
            Assert.True(cancelled is { State: ModelJobState.Cancelled, FinishedAt: not null });
            Assert.Equal([cancelled, measured, made], await jobs.ListAsync(Cancellation));
            Assert.Equal(made, await jobs.GetAsync(made.Id, Cancellation));
            Assert.Equal(400, (await Assert.ThrowsAsync<ModelHostException>(() => jobs.QuantizeAsync("seed-chat", "q8_0", null, Cancellation))).StatusCode);
            Assert.Equal(404, (await Assert.ThrowsAsync<ModelHostException>(() => jobs.GetAsync("mjob-0", Cancellation))).StatusCode);
        }
        finally
        {
            await TestFolders.DeleteAsync(folder.FullName);
        }
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"error":{"message":"It cannot go on."}}""")]
    public async Task A_broken_progress_is_a_broken_stream(string data)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.StreamAsync(http, $"data: {data}\n\n"));
        await using var client = LocalEngine.ClientOf(engine.Address);
        var failure = await Assert.ThrowsAsync<ModelHostException>(() => EndAsync(client.GetRequiredService<ModelJobs>(), null!, "mjob-1"));
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
    }

    private static Task<ModelJob> EndAsync(ModelJobs jobs, ModelJob job) => EndAsync(jobs, job, job.Id);

    private static async Task<ModelJob> EndAsync(ModelJobs jobs, ModelJob job, string id)
    {
        await foreach (var now in jobs.FollowAsync(id, Cancellation)) { job = now; }
        return job;
    }
}
