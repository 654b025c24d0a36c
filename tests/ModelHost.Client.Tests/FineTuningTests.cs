using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.ModelHost.Client.Tests;

/// <summary>Training by the administrator's client, against the real service and the real trainer.</summary>
public sealed class FineTuningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_uploads_rows_trains_on_them_and_sees_how_it_goes()
    {
        var folder = Directory.CreateTempSubdirectory("platform-tuning-");
        try
        {
            await using var host = await ModelHostFixture.StartAsync(("Training:Directory", folder.FullName), ("Engine:AdapterDirectory", Path.Combine(folder.FullName, "adapters")));
            await using var client = LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
            var tuning = client.GetRequiredService<FineTuning>();
            var file = await tuning.UploadAsync("Fragen über alles.jsonl", new MemoryStream(Encoding.UTF8.GetBytes(Rows)), Cancellation);
            Assert.True(file is { Filename: "Fragen über alles.jsonl", Purpose: "fine-tune", Sha256.Length: 64 }, file.ToString());
            var wanted = new TuningRequest("seed-chat", file.Id) { AdapterName = "echo", MaxSteps = 4, LearningRate = 0.005, StopsEarly = false, CheckpointEvery = 2, EvaluateEvery = 2, Targets = ["q", "v"], Metadata = new Dictionary<string, string> { ["dataset_version"] = "echo@1" } };
            var outlook = await tuning.ForecastAsync(wanted, Cancellation);
            Assert.True(outlook is { Fits: true, Dataset: { Rows: 20, HeldOut: 2 }, Forecast: { Steps: 4, MemoryBytes: > 0 } }, outlook.ToString());
            Assert.Contains(outlook.Samples[0].Parts, part => part is { Learned: true } && part.Text.StartsWith("It is ", StringComparison.Ordinal) && string.Concat(part.Pieces) == part.Text);

            var job = await tuning.StartAsync(wanted, Cancellation);
            var news = await tuning.FollowAsync(job.Id, null, Cancellation).ToListAsync(Cancellation);
            job = news[^1].Job!;
            Assert.True(job is { Status: TuningStatus.Succeeded, FineTunedModel: "seed-chat:echo@1", Adapter: { Name: "echo", Version: 1 }, HasEnded: true, Error: null, Progress: { Step: 4, BaseValidLoss: > 0 }, FinishedAt: not null }, job.ToString());
            Assert.Equal((0.1, "q,v"), (job.ValidationShare, string.Join(',', job.Lora!.TargetModules)));
            Assert.Equal([0, 1, 2, 3, 4], news.Select(one => one.Event?.Data?.Step).OfType<int>());
            var known = news.Select(one => one.Event).OfType<TuningEvent>().ToList();
            Assert.Equal(known.Skip(3).Select(one => one.Id), (await tuning.FollowAsync(job.Id, known[2].Id, Cancellation).ToListAsync(Cancellation)).Select(one => one.Event).OfType<TuningEvent>().Select(one => one.Id));
            Assert.Equal(known.Take(2).Select(one => one.Message), (await tuning.EventsAsync(job.Id, null, 2, oldestFirst: true, Cancellation)).Items.Select(one => one.Message));

            var checkpoints = await tuning.CheckpointsAsync(job.Id, Cancellation);
            Assert.True(checkpoints.Single(one => one.StepNumber == 2).Metrics.ValidLoss > 0);
            Assert.Equal(job.Progress.BestStep, Assert.Single(checkpoints, one => one.FineTunedModelCheckpoint == "seed-chat:echo@1").StepNumber); // whose weights the adapter has; nothing answers with the others
            Assert.All(checkpoints.Where(one => !one.Best), one => Assert.Null(one.FineTunedModelCheckpoint));
            Assert.Equal(("echo", 2, AdminAdapterState.Draft), await tuning.RegisterAsync(job.Id, 2, Cancellation) is var adapter ? (adapter.Name, adapter.Version, adapter.State) : default);
            Assert.Equal("seed-chat:echo@2", (await tuning.CheckpointsAsync(job.Id, Cancellation)).Single(one => one.StepNumber == 2).FineTunedModelCheckpoint);
            Assert.Equal(2, (await tuning.HeldOutAsync(job.Id, 10, bestFirst: true, Cancellation)).Count);
            Assert.Equal(3, (await tuning.SamplesAsync(job.Id, 3, Cancellation)).Count);
            using var table = new MemoryStream();
            await tuning.ReadFileAsync(job.ResultFiles[0], table, Cancellation);
            Assert.StartsWith("step,train_loss", Encoding.UTF8.GetString(table.ToArray()), StringComparison.Ordinal);

            Assert.Equal([job.Id], (await tuning.ListAsync(null, 10, Cancellation)).Items.Select(one => one.Id));
            Assert.Equal(409, (await Assert.ThrowsAsync<ModelHostException>(() => tuning.PauseAsync(job.Id, Cancellation))).StatusCode);
            await tuning.DeleteAsync(job.Id, Cancellation);
            Assert.Equal(404, (await Assert.ThrowsAsync<ModelHostException>(() => tuning.GetAsync(job.Id, Cancellation))).StatusCode);
            await tuning.DeleteFileAsync(file.Id, Cancellation);
            Assert.DoesNotContain(await tuning.FilesAsync(Cancellation), one => one.Id == file.Id);
        }
        finally
        {
            await TestFolders.DeleteAsync(folder.FullName);
        }
    }

    private static string Rows => string.Concat(Enumerable.Range(1, 20).Select(i => "{\"instruction\": \"What is number " + i + "?\", \"output\": \"It is number " + i + " of many.\"}\n"));
}
