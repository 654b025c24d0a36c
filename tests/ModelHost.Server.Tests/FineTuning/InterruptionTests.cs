using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>What happens to a job while it runs: it is paused, its trainer and its service are killed, people ask the models.</summary>
public sealed partial class InterruptionTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private const int Sigkill = 9;
    private const string Long = "\"learning_rate\": 0.005, \"n_epochs\": 2, \"batch_size\": 4, \"save_steps\": 5", More = ", \"early_stopping\": false, \"suffix\": \"";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_trainers_a_killed_service_a_pause_and_a_full_disk_change_nothing_of_what_is_learned_faults_5_and_21()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var whole = await rig.StartJobAsync(file, Long, More + "whole\"");
        var uncut = await rig.UntilAsync(whole, "succeeded");

        var cut = await rig.StartJobAsync(file, Long, More + "cut\"");
        await rig.UntilAsync(cut, job => TrainingRig.Step(job) >= 3);
        foreach (var trainer in Trainers()) { _ = Kill(trainer, Sigkill); }
        await rig.UntilAsync(cut, job => TrainingRig.Step(job) >= 7);
        Assert.Equal(HttpStatusCode.OK, (await rig.PostAsync($"/v1/fine_tuning/jobs/{cut}/pause")).Status);
        await rig.UntilAsync(cut, "paused");
        Assert.Empty(Trainers());
        Assert.Equal(HttpStatusCode.NotFound, (await rig.PostAsync($"/v1/fine_tuning/jobs/{cut}/resume", """{"step": 4}""")).Status);
        var full = File.CreateSymbolicLink(Path.Combine(rig.Jobs, cut, "checkpoints", "step-00000010.ckpt.partial"), "/dev/full"); // the system refuses what is written there as it does where a disk is full
        while ((await rig.PostAsync($"/v1/fine_tuning/jobs/{cut}/resume", """{"step": 5}""")).Status == HttpStatusCode.Conflict) { await Task.Delay(20, Cancellation); } // its last trainer is being wound up
        var refused = await EndOfAsync(cut);
        Assert.Equal(("failed", "no_space", "The disk is full. Make room and try again."), (TrainingRig.Status(refused), refused.GetProperty("error").GetProperty("code").GetString(), refused.GetProperty("error").GetProperty("message").GetString()));
        Assert.Null(new FileInfo(full.FullName).LinkTarget); // half a file takes no room
        Assert.Equal(HttpStatusCode.OK, (await rig.PostAsync($"/v1/fine_tuning/jobs/{cut}/resume")).Status);
        Assert.Contains("goes back to step 5", (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{cut}/events?limit=1000")).ToString(), StringComparison.Ordinal);
        await rig.UntilAsync(cut, job => TrainingRig.Step(job) >= 14);
        await rig.RestartAsync();
        var job = await rig.UntilAsync(cut, "succeeded");

        Assert.Equal("seed-chat:cut@1", job.GetProperty("fine_tuned_model").GetString());
        Assert.Equal(Sha256(whole), Sha256(cut));
        foreach (var name in (string[])["base_valid_loss", "best_valid_loss", "best_step", "step"]) { Assert.Equal(uncut.GetProperty("progress").GetProperty(name).GetRawText(), job.GetProperty("progress").GetProperty(name).GetRawText()); }
        var steps = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{cut}/events?limit=1000&order=asc")).GetProperty("data").EnumerateArray()
            .Where(one => one.GetProperty("type").GetString() == "metrics").Select(one => one.GetProperty("data").GetProperty("step").GetInt32()).Distinct();
        Assert.Equal(Enumerable.Range(0, 23), steps.Order());
        var answers = await AnswersAsync(whole);
        Assert.Equal(23, answers.Count);
        Assert.Equal(answers, await AnswersAsync(cut));
    }

    [Fact]
    public async Task A_job_that_is_stopped_ends_with_what_it_learned_and_is_measured_and_says_how_it_was_trained()
    {
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), "\"learning_rate\": 0.005, \"n_epochs\": 500", More + "stopped\"");
        Assert.Equal("wrong_state", (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/stop")).Body.Code()); // nothing is learned yet
        await rig.UntilAsync(id, one => TrainingRig.Step(one) >= 3);
        var told = rig.Http.GetStringAsync(new Uri($"/v1/fine_tuning/jobs/{id}/stream", UriKind.Relative), Cancellation);
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/pause");
        var paused = await rig.UntilAsync(id, "paused");
        Assert.Equal(HttpStatusCode.OK, (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/stop")).Status);
        var job = await rig.UntilAsync(id, "succeeded");
        Assert.Equal((TrainingRig.Step(paused), "seed-chat:stopped@1"), (TrainingRig.Step(job), job.GetProperty("fine_tuned_model").GetString()));
        Assert.NotEmpty(job.GetProperty("measures").EnumerateArray());
        foreach (var said in (string[])["Stopped as asked after step", "\"reason_code\":\"measuring\"", "\"reason_code\":\"comparing\""]) { Assert.Contains(said, await told, StringComparison.Ordinal); }
        Assert.Equal("wrong_state", (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/stop")).Body.Code());

        var asked = job.GetProperty("method").GetProperty("supervised").GetProperty("hyperparameters"); // who copies the job leaves to the service what was left to it
        Assert.Equal((JsonValueKind.Null, 0, 0), (asked.GetProperty("batch_size").ValueKind, asked.GetProperty("eval_steps").GetInt32(), asked.GetProperty("save_steps").GetInt32()));
        var did = job.GetProperty("forecast"); // what nobody chose is told too
        Assert.Equal((2, 550, 550), (did.GetProperty("batch_size").GetInt32(), did.GetProperty("eval_steps").GetInt32(), did.GetProperty("save_steps").GetInt32()));
        Assert.Equal(job.GetProperty("dataset").GetProperty("examples").GetInt32() + job.GetProperty("dataset").GetProperty("held_out").GetInt32(), job.GetProperty("dataset").GetProperty("compared").GetInt32());
        var lineage = (await rig.Http.GetOkAsync("/v1/adapters/stopped/versions/1")).GetProperty("lineage");
        Assert.Equal((500, 2, 16), (lineage.GetProperty("hyperparameters").GetProperty("n_epochs").GetInt32(), lineage.GetProperty("hyperparameters").GetProperty("batch_size").GetInt32(), lineage.GetProperty("lora").GetProperty("r").GetInt32()));
    }

    [Fact]
    public async Task A_trainer_waits_while_requests_run_and_gives_its_memory_back_fault_20()
    {
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), "\"learning_rate\": 0.005, \"n_epochs\": 200", More + "busy\"");
        await rig.UntilAsync(job, one => TrainingRig.Step(one) >= 1);
        Assert.Contains((await rig.Http.GetOkAsync("/memory")).GetProperty("uses").EnumerateArray(), use => use.GetProperty("owner").GetString() == job);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested) { await rig.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "The river", "max_tokens": 200, "ignore_eos": true}"""); }
        }, Cancellation);
        await rig.UntilAsync(job, one => one.GetProperty("held").GetBoolean());
        Assert.Equal("Waits while requests run.", (await rig.JobAsync(job)).GetProperty("reason").GetString());
        var held = TrainingRig.Step(await rig.JobAsync(job));
        await rig.UntilAsync(job, one => TrainingRig.Step(one) > held); // people never stop asking, and it has its turn all the same
        await ending.CancelAsync();
        await asking;
        held = TrainingRig.Step(await rig.JobAsync(job));
        await rig.UntilAsync(job, one => !one.GetProperty("held").GetBoolean() && TrainingRig.Step(one) > held);

        var waiting = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: More + "next\"");
        await rig.UntilAsync(waiting, one => TrainingRig.Status(one) == "queued" && one.GetProperty("reason").ValueKind == JsonValueKind.String);
        Assert.Equal("cancelled", (await rig.PostAsync($"/v1/fine_tuning/jobs/{waiting}/cancel")).Body.GetProperty("status").GetString());
        Assert.Equal("cancelled", (await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel")).Body.GetProperty("status").GetString());
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (Trainers().Length > 0 || (await rig.Http.GetOkAsync("/memory")).GetProperty("uses").EnumerateArray().Any(use => use.GetProperty("owner").GetString() == job)) { await Task.Delay(20, deadline.Token); }
        Assert.Equal(JsonValueKind.Null, (await rig.JobAsync(job)).GetProperty("fine_tuned_model").ValueKind);
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"model": "seed-embed", "input": "The river"}""")]
    [InlineData("/v1/completions", """{"model": "seed-chat", "prompt": "The river", "max_tokens": 1}""")]
    public async Task A_trainer_waits_also_for_requests_that_are_over_before_anybody_looks_fault_20(string path, string body)
    {
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), "\"learning_rate\": 0.005, \"n_epochs\": 200", More + "brief\"");
        await rig.UntilAsync(job, one => TrainingRig.Step(one) >= 1);
        await rig.Http.PostOkAsync(path, body);
        await rig.UntilAsync(job, one => one.GetProperty("held").GetBoolean());
        await rig.UntilAsync(job, one => !one.GetProperty("held").GetBoolean());
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel");
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_its_adapter_is_put_away_never_succeeds_and_can_be_deleted()
    {
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: More + "late\"");
        await rig.UntilAsync(job, one => one.GetProperty("fine_tuned_model").ValueKind == JsonValueKind.String); // its perplexity is measured next
        var cancelled = TrainingRig.Status((await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel")).Body) == "cancelled";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        var way = Directory.CreateDirectory(Path.Combine(rig.Jobs, $".deleted-{job}")).CreateSubdirectory("full"); // the file system refuses
        while ((await rig.Http.DeleteAsync(new Uri($"/v1/fine_tuning/jobs/{job}", UriKind.Relative), deadline.Token)) is var refused && (await Calls.ReadAsync(refused)).Code() != "cannot_write") { await Task.Delay(20, deadline.Token); }
        way.Parent!.Delete(recursive: true);
        var told = await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{job}/events?limit=1000");
        while (!(await rig.Http.DeleteAsync(new Uri($"/v1/fine_tuning/jobs/{job}", UriKind.Relative), deadline.Token)).IsSuccessStatusCode)
        {
            told = await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{job}/events?limit=1000");
            await Task.Delay(20, deadline.Token);
        }

        Assert.NotEqual(cancelled, told.ToString().Contains("The job has succeeded.", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(rig.Jobs, job)));
    }

    [Fact]
    public async Task A_job_waits_for_its_hours_and_says_so_whatever_else_trains()
    {
        var other = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), "\"n_epochs\": 1000");
        await rig.UntilAsync(other, "running");
        var now = TimeProvider.System.GetUtcNow();
        var window = string.Create(CultureInfo.InvariantCulture, $"{now.AddHours(6):HH:mm}-{now.AddHours(7):HH:mm}");
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"schedule\": {\"window\": \"" + window + "\", \"time_zone\": \"UTC\"}");
        await rig.UntilAsync(job, one => one.GetProperty("reason").GetString() == $"Waits for its hours, {window} (UTC).");
        var told = await rig.JobAsync(job);
        Assert.Equal(("hours", window, "UTC"), (told.GetProperty("reason_code").GetString(), told.GetProperty("reason_values")[0].GetString(), told.GetProperty("reason_values")[1].GetString()));
        Assert.Equal("running", TrainingRig.Status(await rig.JobAsync(other)));
        await rig.PostAsync($"/v1/fine_tuning/jobs/{other}/cancel");
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel");
        var refused = await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/resume", ""); // as OpenAI's own client: the type of JSON, and no body
        Assert.Equal((HttpStatusCode.Conflict, "job_cancelled"), (refused.Status, refused.Body.Code()));
        Assert.Contains("was cancelled, which is for good. So make the job anew", refused.Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_would_be_served_otherwise_now_are_not_trained_on()
    {
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues));
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/pause");
        await rig.UntilAsync(job, "paused");
        var kept = Path.Combine(rig.Jobs, job, "parity.jsonl");
        File.WriteAllText(kept, File.ReadAllText(kept).Replace("\"tokens\":[", "\"tokens\":[5,", StringComparison.Ordinal)); // as another template would have written them
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/resume");
        var failed = await EndOfAsync(job);
        Assert.Equal("template_mismatch", failed.GetProperty("error").GetProperty("code").GetString());
        Assert.False(File.Exists(Path.Combine(rig.Jobs, job, "progress.jsonl")));
    }

    private async Task<JsonElement> EndOfAsync(string id)
    {
        JsonElement job;
        while (TrainingRig.Status(job = await rig.JobAsync(id)) is not ("failed" or "succeeded")) { await Task.Delay(20, Cancellation); }
        return job;
    }

    private async Task<List<string>> AnswersAsync(string job) =>
        [.. (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{job}/evaluations?order=asc&limit=1000")).GetProperty("data").EnumerateArray().Select(one => $"{one.GetProperty("step")} {one.GetProperty("answers")}")];

    private string Sha256(string job) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(rig.Jobs, job, "adapter.gguf"))));

    private int[] Trainers() => [.. Directory.EnumerateDirectories($"/proc/{rig.Host.ProcessId}/task").SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Where(IsTrainer)];

    private static bool IsTrainer(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("--stdin", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
