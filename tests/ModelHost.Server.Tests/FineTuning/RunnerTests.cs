using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Platform.ModelHost.Server.Tests.Jobs;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Jobs that are trained elsewhere: the runner of the training container with something that stands in for PEFT.</summary>
public sealed class RunnerTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private const string Elsewhere = ", \"trainer\": \"peft\", \"suffix\": \"";
    private static readonly string Repository = Find("docker/train/runner.py");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_waits_for_a_runner_is_paused_and_taken_up_by_another_and_its_adapter_answers()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var id = await rig.StartJobAsync(file, "\"max_steps\": 250", Elsewhere + "far\"");
        await rig.UntilAsync(id, job => job.GetProperty("reason").GetString()?.StartsWith("Waits for a runner", StringComparison.Ordinal) == true);
        Assert.Equal("peft", (await rig.JobAsync(id)).GetProperty("trainer").GetString());
        var forecast = $$"""{"model": "seed-chat", "training_file": "{{file}}", "trainer": "peft"}""";
        Assert.False((await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", forecast)).GetProperty("runner").GetBoolean());

        using (var first = await StartAsync())
        {
            await rig.UntilAsync(id, job => TrainingRig.Step(job) >= 2);
            Assert.True((await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", forecast)).GetProperty("runner").GetBoolean());
            await rig.Http.PostOkAsync("/v1/embeddings", """{"model": "seed-embed", "input": "The river"}""");
            var asked = TrainingRig.Step(await rig.JobAsync(id));
            await rig.UntilAsync(id, job =>
            {
                Assert.Equal((false, "running"), (job.GetProperty("held").GetBoolean(), TrainingRig.Status(job))); // it computes elsewhere, and takes nothing from people
                return TrainingRig.Step(job) > asked + 5;
            });
            Assert.Equal(HttpStatusCode.OK, (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/pause")).Status);
            await rig.UntilAsync(id, "paused");
            await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/resume");
            var paused = TrainingRig.Step(await rig.JobAsync(id));
            await rig.UntilAsync(id, job => TrainingRig.Step(job) > paused);
            first.Kill();
        }

        await rig.UntilAsync(id, job => job.GetProperty("reason").GetString()?.StartsWith("Waits for a runner", StringComparison.Ordinal) == true);
        using (var second = await StartAsync())
        {
            var job = await rig.UntilAsync(id, "succeeded");
            second.Kill();
            Assert.Equal("seed-chat:far@1", job.GetProperty("fine_tuned_model").GetString());
        }

        var steps = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events?limit=1000&order=asc")).GetProperty("data").EnumerateArray()
            .Where(one => one.GetProperty("type").GetString() == "metrics").Select(one => one.GetProperty("data").GetProperty("step").GetInt32());
        Assert.Equal(Enumerable.Range(0, 251), steps.Distinct().Order());
        var adapter = await rig.Http.GetOkAsync("/v1/adapters/far/versions/1");
        Assert.Equal(2, adapter.GetProperty("metrics").GetProperty("held_out").GetProperty("loss").GetDouble());
        Assert.NotEqual(await WriteAsync("seed-chat"), await WriteAsync("seed-chat:far@1"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(rig.Jobs, id)).Select(Path.GetFileName).Intersect(["offered", "taken", "ended"]));
    }

    [Fact]
    public async Task What_a_runner_refuses_fails_the_job_with_its_reason_and_what_it_leaves_is_checked()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        using var runner = await StartAsync(damaged: true);
        try
        {
            var unstable = await FailedAsync(await rig.StartJobAsync(file, "\"max_steps\": 2, \"learning_rate\": 1", Elsewhere + "unstable\""));
            Assert.Equal(("training_unstable", "Three steps in a row gave no numbers."), (unstable.GetProperty("code").GetString(), unstable.GetProperty("message").GetString()));
            var damaged = await FailedAsync(await rig.StartJobAsync(file, "\"max_steps\": 2", Elsewhere + "damaged\""));
            Assert.StartsWith("Importing the runner's adapter failed:", damaged.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, (await rig.PostAsync("/v1/fine_tuning/jobs", "{\"model\": \"seed-chat\", \"training_file\": \"" + file + "\", \"trainer\": \"other\"}")).Status);
        }
        finally
        {
            runner.Kill();
        }
    }

    /// <summary>It lives on under the name that stands in the job's mark: nobody would ever take the job back.</summary>
    [Fact]
    public async Task A_job_that_a_runner_cannot_begin_or_whose_progress_cannot_be_written_fails_and_the_runner_takes_the_next()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var shut = await rig.StartJobAsync(file, "\"max_steps\": 2", Elsewhere + "shut\"");
        await rig.UntilAsync(shut, job => job.GetProperty("reason").GetString()?.StartsWith("Waits for a runner", StringComparison.Ordinal) == true);
        Directory.CreateDirectory(Path.Combine(rig.Jobs, shut, "progress.jsonl"));
        using var runner = await StartAsync();
        try
        {
            Assert.Contains("ended with code 1", (await FailedAsync(shut)).GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Contains("ended with code 1", (await FailedAsync(await rig.StartJobAsync(file, "\"max_steps\": 2, \"learning_rate\": 0.5", Elsewhere + "full\""))).GetProperty("message").GetString(), StringComparison.Ordinal);
            await rig.UntilAsync(await rig.StartJobAsync(file, "\"max_steps\": 2", Elsewhere + "next\""), "succeeded");
            Assert.False(runner.HasExited);
        }
        finally
        {
            runner.Kill();
        }
    }

    private async Task<JsonElement> FailedAsync(string id)
    {
        JsonElement job;
        while (TrainingRig.Status(job = await rig.JobAsync(id)) is not ("failed" or "succeeded")) { await Task.Delay(20, Cancellation); }
        return job.GetProperty("error");
    }

    private async Task<Process> StartAsync(bool damaged = false)
    {
        var adapter = Path.Combine(rig.Training, damaged ? "damaged" : "saved");
        await PeftFolder.SaveAsync(adapter, damaged);
        var start = new ProcessStartInfo("python3", ["-B", Path.Combine(Repository, "docker", "train", "runner.py"), rig.Training, "--with", Path.Combine(Repository, "tests", "ModelHost.Server.Tests", "FineTuning", "stand_in.py")]);
        start.Environment["STAND_IN_ADAPTER"] = adapter;
        return Process.Start(start)!;
    }

    private async Task<string> WriteAsync(string model) =>
        (await rig.Http.PostOkAsync("/v1/completions", "{\"model\":\"" + model + "\",\"prompt\":\"The river runs through\",\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true}")).GetProperty("choices")[0].GetProperty("text").GetString()!;

    private static string Find(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, file))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new FileNotFoundException($"{file} is in no folder above {AppContext.BaseDirectory}.");
    }
}
