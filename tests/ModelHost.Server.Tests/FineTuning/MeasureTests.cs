using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>A version that was not measured when it came is measured later, so that the gate can judge it; and one that a job is measuring goes with the job.</summary>
public sealed class MeasureTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_that_were_not_measured_are_measured_later_as_at_the_end_of_their_job_and_pass_the_gate()
    {
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"suffix\": \"late\"");
        await rig.UntilAsync(id, "succeeded");
        var step = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/checkpoints")).GetProperty("data")[0].GetProperty("step_number").GetInt32();
        Assert.Equal(HttpStatusCode.Created, (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/checkpoints/{step}/register")).Status);
        await AddAsync(id, "copy", await rig.Http.GetByteArrayAsync(new Uri("/v1/adapters/late/versions/1/content", UriKind.Relative), Cancellation)); // as where memory was short at the job's end

        Assert.Equal(JsonValueKind.Null, (await CardAsync("late", 1)).GetProperty("last_used_at").ValueKind); // its own job's questions are nobody's use
        var made = (await CardAsync("late", 1)).GetProperty("metrics");
        string[] kept = [Path.Combine(rig.Jobs, id, "answered.jsonl"), Path.Combine(rig.Jobs, id, "record.json")];
        foreach (var file in kept) { File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch); }
        foreach (var (name, version) in new[] { ("late", 2), ("copy", 1) })
        {
            Assert.Equal("gate_failed", (await rig.PostAsync($"/v1/adapters/{name}/versions/{version}/promote")).Body.Code());
            var measured = await MeasuredAsync(name, version);
            Assert.Equal(["answers", "general", "held_out"], measured.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object).Select(part => part.Name).Order());
            Assert.Equal(Number(made, "held_out", "base_loss"), Number(measured, "held_out", "base_loss"), 1e-6);
            Assert.Equal(Number(made, "general", "base_perplexity"), Number(measured, "general", "base_perplexity"), 1e-6);
            Assert.All((await CardAsync(name, version)).GetProperty("gate").GetProperty("checks").EnumerateArray(), check => Assert.Equal(JsonValueKind.Number, check.GetProperty("value").ValueKind));
        }

        Assert.All(kept, file => Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file))); // neither is the version that the job made, whatever they say of it
        var same = (await CardAsync("copy", 1)).GetProperty("metrics");
        Assert.Equal(Number(made, "held_out", "loss"), Number(same, "held_out", "loss"), 1e-6);
        Assert.Equal(Number(made, "general", "perplexity"), Number(same, "general", "perplexity"), 1e-6);
        Assert.NotEqual(Number(made, "held_out", "base_loss"), Number(made, "held_out", "loss"));
        Assert.Equal("wrong_state", (await rig.PostAsync("/v1/adapters/late/versions/1/measure")).Body.Code()); // nothing is left
        Assert.Equal(HttpStatusCode.NotFound, (await rig.PostAsync("/v1/adapters/late/versions/9/measure")).Status);
        Assert.Equal(["adapter.gguf"], Directory.EnumerateFiles(Path.Combine(rig.Jobs, id), "*.gguf").Select(Path.GetFileName));
    }

    /// <summary>What a job held out of its own file it did not learn; and where nobody knows any more what it learned, nobody says that nothing of it was.</summary>
    [Fact]
    public async Task Of_named_rows_those_are_left_out_that_were_learned_as_long_as_that_is_known()
    {
        var learned = await rig.UploadAsync(TrainingRig.Dialogues);
        var id = await rig.StartJobAsync(learned, more: ", \"suffix\": \"own\"");
        await rig.UntilAsync(id, "succeeded");
        await AddAsync(id, "own-copy", await rig.Http.GetByteArrayAsync(new Uri("/v1/adapters/own/versions/1/content", UriKind.Relative), Cancellation));
        var measured = await MeasuredAsync("own-copy", 1, "{\"validation_file\": \"" + learned + "\"}");
        Assert.Equal((5, 43), ((int)Number(measured, "held_out", "rows"), (int)Number(measured, "held_out", "leaked")));
        Assert.Equal(["answers", "general", "held_out"], measured.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object).Select(part => part.Name).Order()); // all else that was missing, too

        var again = await rig.UploadAsync(TrainingRig.Dialogues, "again.jsonl");
        using (var gone = await rig.Http.DeleteAsync(new Uri($"/v1/files/{learned}", UriKind.Relative), Cancellation)) { Assert.Equal(HttpStatusCode.OK, gone.StatusCode); }
        var blind = (await MeasuredAsync("own-copy", 1, "{\"validation_file\": \"" + again + "\"}")).GetProperty("held_out");
        Assert.Equal((48, JsonValueKind.Null), (blind.GetProperty("rows").GetInt32(), blind.GetProperty("leaked").ValueKind));
    }

    /// <summary>The graph of training and llama.cpp agree on what the same rows lose; and a version of elsewhere, of which nothing was known, is measured by rows too.</summary>
    [Fact]
    public async Task Versions_are_measured_by_rows_that_are_named()
    {
        var (learned, other) = (await rig.UploadAsync(TrainingRig.Dialogues), await rig.UploadAsync(string.Concat(Enumerable.Range(0, 6).Select(row => JsonSerializer.Serialize(new { prompt = $"Who opens gate {row} of the garden?", completion = $"The gardener opens number {row} each morning." }) + "\n"))));
        var id = await rig.StartJobAsync(learned, more: ", \"suffix\": \"named\", \"validation_file\": \"" + other + "\"");
        await rig.UntilAsync(id, "succeeded");
        var made = (await CardAsync("named", 1)).GetProperty("metrics");
        await AddAsync(id, "elsewhere-named", AdapterRig.Adapter(seed: 3), lineage: null);
        foreach (var name in (string[])["named", "elsewhere-named"])
        {
            var measured = await MeasuredAsync(name, 1, "{\"validation_file\": \"" + other + "\"}");
            Assert.Equal((6, other), ((int)Number(measured, "held_out", "rows"), measured.GetProperty("held_out").GetProperty("file").GetString()));
            Assert.Equal(Number(made, "held_out", "base_loss"), Number(measured, "held_out", "base_loss"), 0.02);
            Assert.All((await CardAsync(name, 1)).GetProperty("gate").GetProperty("checks").EnumerateArray(), check => Assert.Equal(JsonValueKind.Number, check.GetProperty("value").ValueKind));
        }

        Assert.Equal(Number(made, "held_out", "loss"), Number((await CardAsync("named", 1)).GetProperty("metrics"), "held_out", "loss"), 0.02);
        Assert.Equal(Number((await CardAsync("named", 1)).GetProperty("metrics"), "held_out", "perplexity"), (await rig.JobAsync(id)).GetProperty("measures").EnumerateArray().First(one => one.GetProperty("name").GetString() == "perplexity").GetProperty("value").GetDouble());
        Assert.True(await HasGoldenAsync("", "{\"questions\": 1, \"accuracy\": 1, \"base_accuracy\": 0}"));
        Assert.False(await HasGoldenAsync("/questions", "{\"golden_file\": \"" + other + "\", \"golden_base\": \"b\", \"golden_by\": \"a\"}")); // the job forgets with its version
        var failed = await EndedAsync("named", 1, "{\"validation_file\": \"" + learned + "\"}");
        Assert.Equal(("failed", "invalid_validation_file"), (failed.GetProperty("status").GetString(), failed.Code())); // it knows them by heart
        Assert.Equal("validation_file", (await rig.PostAsync("/v1/adapters/named/versions/1/measure", """{"validation_file": "file-000000000000000000000000"}""")).Body.GetProperty("error").GetProperty("param").GetString());

        async Task<bool> HasGoldenAsync(string path, string told)
        {
            await rig.Http.PostOkAsync("/v1/adapters/named/versions/1/golden" + path, told);
            return (await rig.JobAsync(id)).GetProperty("measures").EnumerateArray().Any(one => one.GetProperty("name").GetString() == "golden_accuracy");
        }
    }

    /// <summary>What it trained stays in its folder; the draft that nobody else names does not.</summary>
    [Fact]
    public async Task A_job_that_is_cancelled_while_it_is_measured_leaves_no_adapter()
    {
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"suffix\": \"dropped\"");
        await rig.UntilAsync(id, job => job.GetProperty("fine_tuned_model").ValueKind == JsonValueKind.String);
        var (status, refusal) = await rig.PostAsync("/v1/adapters/dropped/versions/1/measure");
        Assert.Equal((HttpStatusCode.Conflict, "wrong_state"), (status, refusal.Code())); // else two would do it at once
        Assert.Contains("has not ended", refusal.ToString(), StringComparison.Ordinal);
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/cancel");
        var job = await rig.UntilAsync(id, now => now.GetProperty("fine_tuned_model").ValueKind == JsonValueKind.Null);
        Assert.Equal("cancelled", TrainingRig.Status(job));
        Assert.False(await IsThereAsync("dropped"));
        Assert.Equal(HttpStatusCode.NotFound, (await rig.PostAsync("/v1/chat/completions", """{"model": "seed-chat:dropped", "messages": [{"role": "user", "content": "x"}]}""")).Status);
    }

    /// <summary>The service ended after the draft was put there and before its number was noted.</summary>
    [Fact]
    public async Task A_draft_whose_number_was_not_noted_goes_with_its_cancelled_job()
    {
        var now = TimeProvider.System.GetUtcNow();
        var window = string.Create(CultureInfo.InvariantCulture, $"{now.AddHours(6):HH:mm}-{now.AddHours(7):HH:mm}");
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"suffix\": \"between\", \"schedule\": {\"window\": \"" + window + "\", \"time_zone\": \"UTC\"}");
        await rig.UntilAsync(id, "queued");
        await AddAsync(id, "between", AdapterRig.Adapter(seed: 1));
        await File.WriteAllBytesAsync(Path.Combine(rig.Jobs, id, "adapter.gguf"), AdapterRig.Adapter(seed: 1), Cancellation);
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/cancel");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (await IsThereAsync("between")) { await Task.Delay(50, deadline.Token); }
    }

    /// <summary>The service ended while it was measured; now it waits, and nobody works at it.</summary>
    [Fact]
    public async Task A_job_that_is_cancelled_while_it_waits_leaves_no_draft_of_an_earlier_run()
    {
        var now = TimeProvider.System.GetUtcNow();
        var window = string.Create(CultureInfo.InvariantCulture, $"{now.AddHours(6):HH:mm}-{now.AddHours(7):HH:mm}");
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"suffix\": \"waits\", \"schedule\": {\"window\": \"" + window + "\", \"time_zone\": \"UTC\"}");
        await rig.UntilAsync(id, "queued");
        using (var kept = await rig.Http.DeleteAsync(new Uri("/v1/models/seed-chat", UriKind.Relative), Cancellation)) { Assert.Contains(id, (await Calls.ReadAsync(kept)).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal); }
        await AddAsync(id, "waits", AdapterRig.Adapter(seed: 1));
        await AddAsync(id, "elsewhere", AdapterRig.Adapter(seed: 2));
        Assert.Equal(HttpStatusCode.Conflict, (await rig.PostAsync("/v1/adapters/waits/versions/1/measure")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await rig.PostAsync("/v1/adapters/elsewhere/versions/1/measure")).Status); // that the job made it is only its own word
        await rig.RestartAsync(() =>
        {
            var file = Path.Combine(rig.Jobs, id, "record.json");
            var record = JsonNode.Parse(File.ReadAllText(file))!;
            record["version"] = 1;
            File.WriteAllText(file, record.ToJsonString());
        });
        await rig.UntilAsync(id, job => job.GetProperty("fine_tuned_model").GetString() == "seed-chat:waits@1");
        Assert.True(await IsThereAsync("waits"));
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/cancel");
        await rig.UntilAsync(id, job => job.GetProperty("fine_tuned_model").ValueKind == JsonValueKind.Null);
        Assert.False(await IsThereAsync("waits"));
    }

    private async Task<bool> IsThereAsync(string name) => (await rig.Http.GetOkAsync("/v1/adapters")).GetProperty("data").EnumerateArray().Any(one => one.GetProperty("name").GetString() == name);

    /// <summary>A draft of which nothing is known but the job that it names.</summary>
    private async Task AddAsync(string job, string name, byte[] adapter, string? lineage = "")
    {
        using var file = new ByteArrayContent(adapter);
        var made = lineage is null ? "" : "&lineage=" + Uri.EscapeDataString(JsonSerializer.Serialize(new { job_id = job }));
        using var added = await rig.Http.PostAsync(new Uri($"/v1/adapters?name={name}&base_model=seed-chat&state=draft{made}", UriKind.Relative), file, Cancellation);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
    }

    private async Task<JsonElement> MeasuredAsync(string name, int version, string body = "{}")
    {
        var job = await EndedAsync(name, version, body);
        Assert.True(job.GetProperty("status").GetString() == "completed", job.ToString());
        Assert.Equal($"{name}@{version}", job.GetProperty("result").GetProperty("adapter").GetString());
        return (await CardAsync(name, version)).GetProperty("metrics");
    }

    private async Task<JsonElement> EndedAsync(string name, int version, string body)
    {
        var (status, job) = await rig.PostAsync($"/v1/adapters/{name}/versions/{version}/measure", body);
        Assert.Equal((HttpStatusCode.Accepted, "measure", $"seed-chat:{name}@{version}"), (status, job.GetProperty("type").GetString(), job.GetProperty("model").GetString()));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while (job.GetProperty("finished_at").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(50, deadline.Token);
            job = await rig.Http.GetOkAsync($"/v1/model_jobs/{job.GetProperty("id").GetString()}");
        }

        return job;
    }

    private Task<JsonElement> CardAsync(string name, int version) => rig.Http.GetOkAsync($"/v1/adapters/{name}/versions/{version}");

    private static double Number(JsonElement metrics, string part, string name) => metrics.GetProperty(part).GetProperty(name).GetDouble();
}
