#pragma warning disable OPENAI001 // the SDK still calls it a preview
using System.ClientModel;
using System.Text;
using OpenAI;
using OpenAI.Files;
using OpenAI.FineTuning;
using Platform.Fakes;

namespace Platform.Conformance.Tests;

/// <summary>OpenAI's own .NET SDK trains an adapter: files, a job to its end, its events and checkpoints.</summary>
public sealed class FineTuningSdkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_uploads_a_file_runs_a_job_to_its_end_and_reads_what_happened()
    {
        var folder = Directory.CreateTempSubdirectory("platform-sdk-tuning-");
        try
        {
            await using var host = await ModelHostFixture.StartAsync(("Training:Directory", folder.FullName), ("Engine:AdapterDirectory", Path.Combine(folder.FullName, "adapters")));
            var client = new OpenAIClient(new ApiKeyCredential(host.ApiKey), new OpenAIClientOptions { Endpoint = new Uri(host.Endpoint, "/v1") });
            var files = client.GetOpenAIFileClient();
            OpenAIFile file = await files.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(Rows)), "rows.jsonl", FileUploadPurpose.FineTune, Cancellation);
            Assert.Equal(("rows.jsonl", FilePurpose.FineTune), (file.Filename, file.Purpose));
            Assert.Equal(file.Id, (await files.GetFileAsync(file.Id, Cancellation)).Value.Id);
            Assert.Equal([file.Id], (await files.GetFilesAsync(Cancellation)).Value.Select(one => one.Id));
            Assert.Equal(Rows, (await files.DownloadFileAsync(file.Id, Cancellation)).Value.ToString());

            var tuning = client.GetFineTuningClient();
            var options = new FineTuningOptions { Suffix = "sdk", Seed = 3, TrainingMethod = FineTuningTrainingMethod.CreateSupervised(epochCount: 1, learningRate: 20) };
            var job = await tuning.FineTuneAsync("seed-chat", file.Id, waitUntilCompleted: false, options, Cancellation);
            while (!job.HasCompleted) // the SDK's own waiting asks once in ten seconds
            {
                await Task.Delay(50, Cancellation);
                await job.UpdateStatusAsync(Cancellation);
            }

            Assert.Equal((FineTuningStatus.Succeeded, "seed-chat", "seed-chat:sdk@1", file.Id), (job.Status, job.BaseModel, job.Value, job.TrainingFileId));
            Assert.Equal(4, job.ResultFileIds.Count); // steps, held-out rows, and the answers of base and adapter to them
            var events = await job.GetEventsAsync(new GetEventsOptions(), Cancellation).ToListAsync(Cancellation);
            Assert.Equal("The job has succeeded.", events[0].Message);
            Assert.True(events.Count > 20, "the pages follow each other");
            var checkpoints = await job.GetCheckpointsAsync(new GetCheckpointsOptions(), Cancellation).ToListAsync(Cancellation);
            Assert.All(checkpoints, one => Assert.True(one.StepNumber > 0 && one.Metrics.TrainLoss > 0));
            Assert.NotEmpty(checkpoints);
            Assert.Equal([job.JobId], (await tuning.GetJobsAsync(new FineTuningJobCollectionOptions(), Cancellation).ToListAsync(Cancellation)).Select(one => one.JobId));
            Assert.True((await files.DeleteFileAsync(file.Id, Cancellation)).Value.Deleted);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Rows => string.Concat(Enumerable.Range(1, 24).Select(i => "{\"messages\": [{\"role\": \"user\", \"content\": \"What is number " + i + "?\"}, {\"role\": \"assistant\", \"content\": \"It is number " + i + " of many.\"}]}\n"));
}
