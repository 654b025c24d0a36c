using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>A job from the upload to the answer of its adapter, with the real trainer.</summary>
public sealed class FineTuningTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private const string Ask = "{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"Where does Borin work?\"}], \"temperature\": 0, \"max_tokens\": 12, \"cache_prompt\": false, \"logprobs\": true, \"top_logprobs\": 5}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_learns_tells_how_it_goes_and_its_adapter_answers_while_the_base_stays_as_it_is()
    {
        var before = await AnswerAsync("seed-chat");
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var id = await rig.StartJobAsync(file, more: ", \"suffix\": \"Porter\", \"metadata\": {\"dataset_version\": \"porters@2\"}");
        var stream = await rig.Http.GetStringAsync(new Uri($"/v1/fine_tuning/jobs/{id}/stream", UriKind.Relative), Cancellation);
        var job = await rig.JobAsync(id);

        Assert.True(TrainingRig.Status(job) == "succeeded", job.ToString());
        Assert.Equal("seed-chat:porter@1", job.GetProperty("fine_tuned_model").GetString());
        Assert.EndsWith("\"fine_tuning.job\"", stream[..stream.LastIndexOf(",\"created_at\"", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Contains("event: event\n", stream, StringComparison.Ordinal);
        Assert.Contains("\"reason_code\":\"measuring\"", stream, StringComparison.Ordinal); // what takes minutes on a large model is told while it goes on
        Assert.Equal(JsonValueKind.Null, job.GetProperty("reason_code").ValueKind);
        var progress = job.GetProperty("progress");
        Assert.Equal((0, progress.GetProperty("base_valid_loss").GetDouble()), progress.GetProperty("evaluations")[0] is var first ? (first.GetProperty("step").GetInt32(), first.GetProperty("valid_loss").GetDouble()) : default);
        Assert.True(progress.GetProperty("best_valid_loss").GetDouble() < 0.75 * progress.GetProperty("base_valid_loss").GetDouble(), progress.ToString());
        Assert.Equal((48, 43, 5), (Number(job, "dataset", "rows"), Number(job, "dataset", "examples"), Number(job, "dataset", "held_out")));
        Assert.True(job.GetProperty("trained_tokens").GetInt64() > 100);
        Assert.True(job.GetProperty("forecast").GetProperty("memory_bytes").GetInt64() > 1 << 20);

        var events = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events?limit=500")).GetProperty("data");
        Assert.Equal("The job has succeeded.", events[0].GetProperty("message").GetString()); // the newest first
        Assert.Equal(["created", "prepared", "foreseen", "trainer_runs", "compared", "trained", "draft_made", "answers_compared", "general_compared", "succeeded"],
            events.EnumerateArray().Select(one => one.GetProperty("code").GetString()).Reverse().Where(code => code is not (null or "answered_by_base" or "answered" or "steps_done" or "stopped_early" or "confirmed" or "confirmed_within_rounding" or "foreseen_anew")));
        Assert.Equal(["43", "5"], events.EnumerateArray().First(one => one.GetProperty("code").GetString() == "prepared").GetProperty("values").EnumerateArray().Select(value => value.GetString()).Where((_, i) => i is 0 or 3));
        Assert.Contains(events.EnumerateArray(), one => one.GetProperty("type").GetString() == "metrics" && one.GetProperty("data").TryGetProperty("train_loss", out _));
        var page = await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events?limit=2&order=asc&after={events[events.GetArrayLength() - 1].GetProperty("id").GetString()}");
        Assert.Equal((2, true), (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));

        var adapter = await rig.Http.GetOkAsync("/v1/adapters/porter/versions/1");
        Assert.Equal(adapter.GetProperty("gate").GetProperty("passed").GetBoolean() ? "candidate" : "draft", adapter.GetProperty("state").GetString());
        Assert.Equal((id, file, "porters@2"), (Text(adapter, "lineage", "job_id"), Text(adapter, "lineage", "training_file"), Text(adapter, "lineage", "dataset_version")));
        Assert.Equal(64, Text(adapter, "lineage", "training_sha256")!.Length);
        Assert.Equal(5, adapter.GetProperty("metrics").GetProperty("held_out").GetProperty("rows").GetInt32());
        Assert.True(adapter.GetProperty("metrics").GetProperty("general").GetProperty("perplexity").GetDouble() > 1);

        Assert.NotEqual(before, await AnswerAsync("seed-chat:porter@1"));
        Assert.Equal(before, await AnswerAsync("seed-chat"));

        var results = job.GetProperty("result_files");
        var table = await rig.Http.GetStringAsync(new Uri($"/v1/files/{results[0].GetString()}/content", UriKind.Relative), Cancellation);
        Assert.StartsWith("step,train_loss,valid_loss,", table, StringComparison.Ordinal);
        var held = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/evaluation")).GetProperty("data");
        Assert.Equal(5, held.GetArrayLength());
        Assert.All(held.EnumerateArray(), row => Assert.StartsWith("With pleasure: ", Text(row, "reference"), StringComparison.Ordinal));
        Assert.Contains(held.EnumerateArray(), row => row.GetProperty("f1").GetDouble() > row.GetProperty("base_f1").GetDouble());

        var measures = job.GetProperty("measures").EnumerateArray().ToDictionary(one => Text(one, "name")!, one => (Base: one.GetProperty("base").GetDouble(), Value: one.GetProperty("value").GetDouble()));
        Assert.Equal(["perplexity", "exact_match", "accuracy", "f1", "bleu", "rouge_1", "rouge_2", "rouge_l", "general_perplexity"], job.GetProperty("measures").EnumerateArray().Select(one => Text(one, "name")));
        Assert.Equal(Math.Exp(progress.GetProperty("base_valid_loss").GetDouble()), measures["perplexity"].Base, 0.01);
        Assert.All(["f1", "bleu", "rouge_1", "rouge_l"], name => Assert.True(measures[name].Value > measures[name].Base, $"{name}: {measures[name]}"));

        var evaluations = await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/evaluations?order=asc");
        Assert.Equal(5, evaluations.GetProperty("prompts").GetArrayLength());
        var (steps, rounds) = (events.EnumerateArray().Where(one => one.GetProperty("data") is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("valid_loss", out _)).Select(one => one.GetProperty("data").GetProperty("step").GetInt32()), evaluations.GetProperty("data"));
        Assert.Equal(steps.Order(), rounds.EnumerateArray().Select(one => one.GetProperty("step").GetInt32()));
        Assert.NotEqual(rounds[0].GetProperty("answers").ToString(), rounds[rounds.GetArrayLength() - 1].GetProperty("answers").ToString());
        Assert.Equal(Text(held.EnumerateArray().First(row => Text(row, "id") == Text(evaluations.GetProperty("prompts")[0], "id")), "base_answer"), rounds[0].GetProperty("answers")[0].GetString());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(rig.Jobs, id, "evaluations")));

        var checkpoints = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/checkpoints")).GetProperty("data");
        var step = checkpoints[1].GetProperty("step_number").GetInt32();
        var (status, registered) = await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/checkpoints/{step}/register");
        Assert.True(status == HttpStatusCode.Created, registered.ToString());
        Assert.Equal((2, step), (registered.GetProperty("version").GetInt32(), registered.GetProperty("lineage").GetProperty("checkpoint_step").GetInt32()));
        Assert.NotNull(await AnswerAsync("seed-chat:porter@2"));
    }

    [Fact]
    public async Task A_forecast_counts_what_the_answers_take_at_each_evaluation_and_at_the_end()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var (none, seldom, often) = (await ForecastAsync(""", "validation_split": 0"""), await ForecastAsync("", 1_000), await ForecastAsync("", 1));
        Assert.Equal(0, none.Answers);
        Assert.True(0 < seldom.Answers && seldom.Answers < seldom.All, $"{seldom}");
        Assert.True(often.Answers > seldom.Answers, $"{often} and {seldom}"); // by one speed: it is tried once

        async Task<(double Answers, double All)> ForecastAsync(string more, int every = 0)
        {
            var told = (await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", "{\"model\": \"seed-chat\", \"training_file\": \"" + file + "\", \"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {\"n_epochs\": 8" + (every > 0 ? $", \"eval_steps\": {every}" : "") + "}}}" + more + "}")).GetProperty("forecast");
            return (told.GetProperty("answer_seconds").GetDouble(), told.GetProperty("seconds").GetDouble());
        }
    }

    [Fact]
    public async Task A_template_is_shown_with_what_is_learned_before_anything_is_made()
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var forecast = await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", "{\"model\": \"seed-chat\", \"training_file\": \"" + file + "\"}");
        Assert.True(forecast.GetProperty("fits").GetBoolean());
        var parts = forecast.GetProperty("samples")[0].GetProperty("parts");
        Assert.Equal((false, true), (parts[0].GetProperty("learned").GetBoolean(), parts[1].GetProperty("learned").GetBoolean()));
        Assert.EndsWith("assistant\n", Text(parts[0], "text"), StringComparison.Ordinal);
        Assert.Matches(@"^With pleasure: \w+ works at the [\w ]+\.<\|im_end\|>$", Text(parts[1], "text")); // which row stands first follows from the split
        Assert.False(Directory.Exists(Path.Combine(rig.Jobs, "..", "forecasts")) && Directory.EnumerateDirectories(Path.Combine(rig.Jobs, "..", "forecasts")).Any());
    }

    [Fact]
    public async Task Files_are_mixed_in_a_ratio_with_caps_and_the_counts_are_told_before_the_start()
    {
        var rows = TrainingRig.Dialogues.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (many, few) = (await rig.UploadAsync(string.Join('\n', rows[..40]), "many.jsonl"), await rig.UploadAsync(string.Join('\n', rows[40..]), "few.jsonl"));
        var mixed = $$"""{"model": "seed-chat", "seed": 7, "suffix": "mixed", "validation_split": 0.25, "mixture": [{"file": "{{many}}", "weight": 1}, {"file": "{{few}}", "weight": 1, "max_repeats": 3}], "method": {"type": "supervised", "supervised": {"hyperparameters": {"max_steps": 2} } } }""";
        var told = (await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", mixed)).GetProperty("dataset");
        Assert.Equal([("many.jsonl", 40, 24), ("few.jsonl", 8, 24)], told.GetProperty("mixture").EnumerateArray().Select(file => (Text(file, "filename")!, file.GetProperty("rows").GetInt32(), file.GetProperty("taken").GetInt32())));
        Assert.Equal(48, told.GetProperty("rows").GetInt32());

        var id = (await rig.Http.PostOkAsync("/v1/fine_tuning/jobs", mixed)).GetProperty("id").GetString()!;
        var job = await rig.UntilAsync(id, "succeeded");
        Assert.Equal((many, 3, 0.25), (Text(job, "training_file"), job.GetProperty("mixture")[1].GetProperty("max_repeats").GetInt32(), job.GetProperty("validation_split").GetDouble()));
        string[] learned = [.. File.ReadLines(Path.Combine(rig.Jobs, id, "train.jsonl")).Select(Id)], held = [.. File.ReadLines(Path.Combine(rig.Jobs, id, "valid.jsonl")).Select(Id)];
        Assert.NotEmpty(held);
        Assert.Equal(held.Distinct(), held);
        Assert.Empty(learned.Intersect(held));
        Assert.All(learned.CountBy(line => line), line => Assert.Equal(line.Key.StartsWith(few, StringComparison.Ordinal) ? 3 : 1, line.Value));
        Assert.Equal(24, learned.Concat(held).Distinct().Count(line => line.StartsWith(many, StringComparison.Ordinal)));
        Assert.Equal(24, (await rig.Http.GetOkAsync("/v1/adapters/mixed/versions/1")).GetProperty("lineage").GetProperty("mixture")[1].GetProperty("taken").GetInt32());
        Assert.StartsWith("file-", Text((await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/evaluations")).GetProperty("prompts")[0], "id"), StringComparison.Ordinal);

        static string Id(string line) => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!;
    }

    [Theory]
    [InlineData("dpo", "{\"prompt\": \"Who is N?\", \"chosen\": \"N is a smith.\", \"rejected\": \"Nobody knows N.\"}")]
    [InlineData("pretraining", "N went along the river until the evening came.")]
    public async Task Other_methods_learn_too(string method, string row)
    {
        var (file, held) = (await rig.UploadAsync(Rows(0)), await rig.UploadAsync(Rows(12)));
        var job = (await rig.Http.PostOkAsync("/v1/fine_tuning/jobs", $$"""{"model": "seed-chat", "training_file": "{{file}}", "validation_file": "{{held}}", "suffix": "{{method}}", "precision": "exact", "device": "cpu", "method": {"type": "{{method}}", "{{method}}": {"hyperparameters": {"max_steps": 2, "batch_size": 4, "sequence_tokens": 48} } } }""")).GetProperty("id").GetString()!;
        var done = await rig.UntilAsync(job, "succeeded");
        Assert.Equal((method, $"seed-chat:{method}@1"), (Text(done, "method", "type"), Text(done, "fine_tuned_model")));
        Assert.True(done.GetProperty("progress").GetProperty("valid_loss").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, done.GetProperty("validation_split").ValueKind); // nothing of what is learned is held out
        Assert.Equal(("exact", "cpu", "cpu"), (Text(done, "precision"), Text(done, "device"), Text(done, "forecast", "device")));
        var measures = done.GetProperty("measures").EnumerateArray().ToDictionary(one => Text(one, "name")!);
        Assert.Equal((method == "dpo", method != "dpo"), (measures.ContainsKey("preference_accuracy") && measures.ContainsKey("reward_margin"), measures.ContainsKey("perplexity")));
        Assert.Contains("\"precision\":\"Exact\"", File.ReadAllText(Path.Combine(rig.Jobs, job, "job.json")), StringComparison.Ordinal);
        var results = done.GetProperty("result_files").EnumerateArray().Select(one => one.GetString()).ToList();
        Assert.NotEmpty(results);
        await rig.Http.DeleteAsync(new Uri($"/v1/fine_tuning/jobs/{job}", UriKind.Relative), TestContext.Current.CancellationToken);
        foreach (var result in results)
        {
            using var gone = await rig.Http.GetAsync(new Uri($"/v1/files/{result}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        string Rows(int from) => string.Concat(Enumerable.Range(from, 12).Select(i => row.Replace("N", $"N{i}", StringComparison.Ordinal) + "\n\n"));
    }

    [Fact]
    public async Task Of_a_text_of_a_few_pages_about_the_share_that_was_asked_for_is_held_out_and_a_share_far_from_it_is_told()
    {
        var (few, one) = (await PreparedAsync(string.Concat(Enumerable.Range(1, 100).Select(line => $"第{line}条　本办法第{line}项由部门负责人办理，并于当月通知员工本人，逾期须说明理由。\n"))), await PreparedAsync("A text that is one row, and is learned whole."));
        Assert.Equal(1, few.Facts.GetProperty("held_out").GetInt32());
        Assert.InRange(few.Facts.GetProperty("examples").GetInt32(), 5, 15);
        Assert.DoesNotContain("Of all tokens", few.Events, StringComparison.Ordinal);
        Assert.Contains("Of all tokens 0 % are held out, where 10 % were asked for", one.Events, StringComparison.Ordinal);
        Assert.Contains("Texts to learn from: 1, of ", one.Events, StringComparison.Ordinal);

        async Task<(JsonElement Facts, string Events)> PreparedAsync(string text)
        {
            var job = (await rig.Http.PostOkAsync("/v1/fine_tuning/jobs", $$"""{"model": "seed-chat", "training_file": "{{await rig.UploadAsync(text, "law.txt")}}", "method": {"type": "pretraining"}, "seed": 7}""")).GetProperty("id").GetString()!;
            await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/pause");
            var paused = await rig.UntilAsync(job, "paused");
            await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel");
            return (paused.GetProperty("dataset"), (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{job}/events?limit=100")).ToString());
        }
    }

    [Fact]
    public async Task A_held_out_row_that_does_not_fit_the_served_context_costs_none_of_the_others_and_no_adapter_of_an_evaluation_stays()
    {
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), "\"max_steps\": 4, \"eval_steps\": 1", ", \"suffix\": \"long\"");
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/pause");
        await rig.UntilAsync(id, "paused");
        var questions = Path.Combine(rig.Jobs, id, "questions.jsonl");
        File.AppendAllText(questions, JsonSerializer.Serialize(new { id = "line 99", question = "long", reference = "none", tokens = Enumerable.Repeat(5, 50_000), most_tokens = 16 }) + "\n");
        var asked = File.ReadLines(questions).Count();
        await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/resume");
        var job = await rig.UntilAsync(id, "succeeded");
        Assert.Equal(asked - 1, job.GetProperty("measures").EnumerateArray().First(one => Text(one, "name") == "f1").GetProperty("of").GetInt32());
        Assert.Contains($"1 of {asked} held-out questions do not fit the context", (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events?limit=1000")).ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(rig.Jobs, id, "evaluations")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(rig.Jobs, id), "*.part"));
    }

    [Fact]
    public async Task Nothing_is_measured_by_a_held_out_row_that_is_learned_nearly_word_for_word_whatever_file_of_a_mixture_teaches_it()
    {
        static string Lines(int from, int count, string ending = "") => string.Concat(Enumerable.Range(from, count).Select(i => $$"""{"messages": [{"role": "user", "content": "Who is N{{i}}?"}, {"role": "assistant", "content": "{{string.Join(' ', Enumerable.Range(0, 12).Select(word => $"N{i}x{word}"))}}{{ending}}"}]}""" + "\n"));
        var (learned, other, held, within) = (await rig.UploadAsync(Lines(0, 16)), await rig.UploadAsync(Lines(30, 8)), await rig.UploadAsync(Lines(12, 8, " indeed")), await rig.UploadAsync(Lines(2, 4)));
        const string rest = ", \"suffix\": \"apart\", \"hyperparameters\": {\"max_steps\": 1, \"batch_size\": 4}}";
        string Body(string file, string validation) => "{\"model\": \"seed-chat\", \"training_file\": \"" + file + "\", \"validation_file\": \"" + validation + "\"" + rest;
        var id = (await rig.Http.PostOkAsync("/v1/fine_tuning/jobs", Body(learned, held))).GetProperty("id").GetString()!;
        await rig.UntilAsync(id, "succeeded");
        var (train, valid) = (await File.ReadAllLinesAsync(Path.Combine(rig.Jobs, id, "train.jsonl"), Cancellation), await File.ReadAllLinesAsync(Path.Combine(rig.Jobs, id, "valid.jsonl"), Cancellation));
        Assert.Equal((16, 4), (train.Length, valid.Length));
        Assert.All(valid.Index(), line => Assert.Contains($"\"line {line.Index + 5}\"", line.Item, StringComparison.Ordinal));
        var events = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events")).GetProperty("data").EnumerateArray().Select(one => Text(one, "message")!);
        Assert.Contains(events, message => message.StartsWith("4 rows that were held out stand nearly the same among those to learn from", StringComparison.Ordinal));
        var refused = await rig.PostAsync("/v1/fine_tuning/forecast", Body(learned, within));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_validation_file"), (refused.Status, refused.Body.Code()));
        var mixed = await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", $$"""{"model": "seed-chat", "mixture": [{"file": "{{other}}", "validation_file": "{{held}}"}, {"file": "{{learned}}", "weight": 2}]""" + rest);
        Assert.Equal((4, 4), (mixed.GetProperty("dataset").GetProperty("leaked").GetInt32(), mixed.GetProperty("dataset").GetProperty("held_out").GetInt32()));
    }

    [Fact]
    public async Task Bad_lines_are_named_and_nothing_is_trained()
    {
        var id = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues + "{\"messages\": []}\nno json\n{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}\n"));
        JsonElement job;
        while (TrainingRig.Status(job = await rig.JobAsync(id)) is not ("failed" or "succeeded")) { await Task.Delay(20, Cancellation); }
        var error = job.GetProperty("error");
        Assert.Equal(("invalid_training_file", "training_file"), (Text(error, "code"), Text(error, "param")));
        Assert.Contains("3 lines cannot be trained on: line 49: messages is empty; line 50: The row is not JSON", Text(error, "message"), StringComparison.Ordinal);
        var rows = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{id}/events")).GetProperty("data").EnumerateArray().Where(one => one.GetProperty("rows").ValueKind == JsonValueKind.Array).Select(one => one.GetProperty("rows")[0].GetString());
        Assert.Equal(["line 51", "line 50", "line 49"], rows);
        Assert.Equal(HttpStatusCode.Conflict, (await rig.PostAsync($"/v1/fine_tuning/jobs/{id}/pause")).Status);
        using var deleted = await rig.Http.DeleteAsync(new Uri($"/v1/fine_tuning/jobs/{id}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.False(Directory.Exists(Path.Combine(rig.Jobs, id)));
    }

    [Fact]
    public async Task A_job_that_learned_preferences_rates_answers_as_it_was_taught()
    {
        static string Line(string name, string reply) => JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = $"Who is {name}?" }, new { role = "assistant", content = reply } } });
        var file = await rig.UploadAsync(string.Concat(Enumerable.Range(0, 24).Select(i => $$"""{"prompt": "Who is N{{i}}?", "chosen": "N{{i}} is a smith.", "rejected": "Nobody knows N{{i}}."}""" + "\n")));
        var id = (await rig.Http.PostOkAsync("/v1/fine_tuning/jobs", "{\"model\": \"seed-chat\", \"training_file\": \"" + file + "\", \"suffix\": \"taste\", \"method\": {\"type\": \"dpo\", \"dpo\": {\"hyperparameters\": {\"learning_rate\": 0.002, \"max_steps\": 8, \"batch_size\": 4} } } }")).GetProperty("id").GetString()!;
        await rig.UntilAsync(id, "succeeded");
        var path = $"/v1/fine_tuning/jobs/{id}/scores";
        string[] rows = [Line("Borin", "Borin is a smith."), Line("Borin", "Nobody knows Borin."), Line("Borin", string.Join(' ', Enumerable.Repeat("smith", 400)))];
        var scores = (await rig.Http.PostOkAsync(path, "{\"rows\": [" + string.Join(',', rows) + "]}")).GetProperty("data");
        var (good, bad) = (scores[0].GetProperty("reward").GetDouble(), scores[1].GetProperty("reward").GetDouble());
        Assert.True(good > bad, $"{good} for what it was taught to like, {bad} for what not");
        Assert.Equal(0.1 * (scores[0].GetProperty("log_p").GetDouble() - scores[0].GetProperty("base_log_p").GetDouble()), good, 1e-5);
        Assert.Equal(JsonValueKind.Null, scores[2].GetProperty("reward").ValueKind); // longer than what it learned from
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(rig.Jobs, id)), one => one.EndsWith(".rows", StringComparison.Ordinal) || one.EndsWith(".scores", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await rig.PostAsync(path, "{\"rows\": []}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await rig.PostAsync(path, "{\"rows\": [{\"messages\": []}]}")).Status);
        var other = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues), more: ", \"suffix\": \"other\"");
        Assert.Equal((HttpStatusCode.Conflict, "wrong_state"), await rig.PostAsync($"/v1/fine_tuning/jobs/{other}/scores", "{\"rows\": [" + rows[0] + "]}") is var refused ? (refused.Status, refused.Body.Code()) : default);
    }

    /// <summary>The answer with its likeliest words and their log-probabilities, to the digit.</summary>
    private async Task<string> AnswerAsync(string model) =>
        (await rig.Http.PostOkAsync("/v1/chat/completions", Ask.Replace("MODEL", model, StringComparison.Ordinal))).GetProperty("choices")[0].ToString();

    private static int Number(JsonElement body, string part, string name) => body.GetProperty(part).GetProperty(name).GetInt32();

    private static string? Text(JsonElement body, params string[] names) => names.Aggregate(body, (at, name) => at.GetProperty(name)).GetString();
}
