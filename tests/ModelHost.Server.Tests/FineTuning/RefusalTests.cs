using System.Net;
using Platform.Fakes;
using Platform.ModelHost.Native;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Requests;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>What is refused before anything is done, and the store of files.</summary>
public sealed class RefusalTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"model\": \"\"", "model")]
    [InlineData("\"model\": \"seed-chat:porter\"", "model")]
    [InlineData("\"model\": \"seed-embed\"", "model")]
    [InlineData("\"suffix\": \"a/b\"", "suffix")]
    [InlineData("\"method\": {\"type\": \"ppo\"}", "method.type")]
    [InlineData("\"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {\"n_epochs\": 1.5}}}", "method.supervised.hyperparameters.n_epochs")]
    [InlineData("\"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {\"n_epochs\": \"many\"}}}", "method.supervised.hyperparameters.n_epochs")]
    [InlineData("\"method\": {\"type\": \"dpo\", \"dpo\": {\"hyperparameters\": {\"beta\": 0}}}", "method.dpo.hyperparameters.beta")]
    [InlineData("\"method\": {\"type\": \"supervised\", \"dpo\": {\"hyperparameters\": {\"n_epochs\": 2}}}", "method.dpo")]
    [InlineData("\"method\": {\"dpo\": {\"hyperparameters\": {\"beta\": 0.2}}}", "method.dpo")]
    [InlineData("\"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {\"beta\": 0.2}}}", "method.supervised.hyperparameters.beta")]
    [InlineData("\"hyperparameters\": {\"n_epochs\": 2}, \"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {\"n_epochs\": 3}}}", "hyperparameters")]
    [InlineData("\"method\": {\"type\": \"dpo\"}", "training_file")]
    [InlineData("\"method\": {\"type\": \"pretraining\"}", "training_file")]
    [InlineData("\"method\": {\"type\": \"dpo\"}, \"training_file\": null, \"mixture\": [{\"file\": \"FILE\"}]", "mixture[0].file")]
    [InlineData("\"lora\": {\"last_layers\": 99}", "lora.last_layers")]
    [InlineData("\"mixture\": [], \"training_file\": null", "mixture")]
    [InlineData("\"trainer\": \"other\"", "trainer")]
    [InlineData("\"device\": \"tpu\"", "device")]
    [InlineData("\"precision\": \"half\"", "precision")]
    [InlineData("\"lora\": {\"r\": 20}", "lora.r")]
    [InlineData("\"lora\": {\"target_modules\": [\"x_proj\"]}", "lora.target_modules")]
    [InlineData("\"lora\": {\"quantization\": \"4bit\"}", "lora.quantization")]
    [InlineData("\"early_stopping\": {\"metric\": \"accuracy\"}", "early_stopping.metric")]
    [InlineData("\"schedule\": {\"window\": \"late\"}", "schedule.window")]
    [InlineData("\"schedule\": {\"window\": \"22:00-06:00\", \"time_zone\": \"Mars/Olympus\"}", "schedule.time_zone")]
    [InlineData("\"validation_split\": 0.9", "validation_split")]
    [InlineData("\"evaluation_prompts\": [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]", "evaluation_prompts")]
    [InlineData("\"evaluation_prompts\": [\" \"]", "evaluation_prompts")]
    [InlineData("\"evaluation_prompts\": [null]", "evaluation_prompts")]
    [InlineData("\"mixture\": [{\"file\": \"file-000000000000000000000000\"}], \"training_file\": null", "mixture[0].file")]
    [InlineData("\"mixture\": [{\"weight\": 1}], \"training_file\": null", "mixture[0].file")]
    [InlineData("\"mixture\": [{\"file\": \"FILE\", \"weight\": 0}], \"training_file\": null", "mixture[0].weight")]
    [InlineData("\"mixture\": [{\"file\": \"FILE\", \"max_repeats\": 0}], \"training_file\": null", "mixture[0].max_repeats")]
    [InlineData("\"mixture\": [{\"file\": \"FILE\"}, {\"file\": \"FILE\", \"weight\": 2}], \"training_file\": null", "mixture[1].file")]
    [InlineData("\"mixture\": [{\"file\": \"FILE\"}]", "training_file")]
    [InlineData("\"mixture_rows\": 9", "mixture_rows")]
    [InlineData("\"integrations\": [{\"type\": \"wandb\"}]", "integrations")]
    [InlineData("\"training_file\": \"file-000000000000000000000000\"", "training_file")]
    public async Task A_wrong_field_is_refused_by_its_name(string field, string param)
    {
        var file = await rig.UploadAsync(TrainingRig.Dialogues);
        var name = field.Split('"')[1];
        field = field.Replace("FILE", file, StringComparison.Ordinal);
        string[] usual = ["\"model\": \"seed-chat\"", $"\"training_file\": \"{file}\""];
        var (status, body) = await rig.PostAsync("/v1/fine_tuning/jobs", "{" + string.Join(", ", usual.Where(one => one.Split('"')[1] != name).Append(field)) + "}");
        Assert.True(status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, body.ToString());
        Assert.Equal(param, body.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty((await rig.Http.GetOkAsync("/v1/fine_tuning/jobs")).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("rows.csv", "Frage,Antwort\nWho?,Me.\n", false)]
    [InlineData("rows.XLSX", "PK", false)]
    [InlineData("rows.csv", "{\"prompt\": \"Who?\", \"completion\": \"It is me, the porter.\"}\n", true)] // by another name what it is
    public async Task A_table_is_not_learned_as_one_text(string name, string content, bool isTaken)
    {
        var (status, body) = await rig.PostAsync("/v1/fine_tuning/forecast", "{\"model\": \"seed-chat\", \"training_file\": \"" + await rig.UploadAsync(content, name) + "\"}");
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        if (!isTaken)
        {
            Assert.Equal(("invalid_training_file", "training_file"), (body.Code(), body.GetProperty("error").GetProperty("param").GetString()));
            Assert.Contains("is a table", body.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_graphics_card_that_is_not_there_is_refused_with_the_request()
    {
        var settings = new TuningSettings { Device = TuningDevice.Gpu };
        Assert.Equal("device", Assert.Throws<RequestRefused>(() => TuningCheck.Fits(settings, "base", 4, [new NativeDevice("CPU", "A processor", false, 1 << 30)])).Problem.Param);
        TuningCheck.Fits(settings, "base", 4, [new NativeDevice("CUDA0", "A card", true, 1 << 30)]);
        TuningCheck.Fits(settings with { Trainer = TuningTrainer.Peft }, "base", 4, []); // a runner has its own
    }

    /// <summary>It would wait for ever: the model that answers never leaves for it.</summary>
    [Fact]
    public async Task A_job_that_could_never_have_the_memory_beside_the_model_that_answers_is_refused_at_once()
    {
        var body = "{\"model\": \"seed-chat\", \"training_file\": \"" + await rig.UploadAsync(TrainingRig.Dialogues) + "\"}";
        var needs = (await rig.Http.PostOkAsync("/v1/fine_tuning/forecast", body)).GetProperty("forecast").GetProperty("memory_bytes").GetInt64();
        var taken = (await rig.Http.GetOkAsync("/memory")).GetProperty("uses").EnumerateArray().Sum(use => use.GetProperty("bytes").GetInt64());
        await using var small = await ModelHostFixture.StartAsync(("Training:Directory", rig.Training), ("Engine:MemoryMebibytes", $"{(taken + needs * 3 / 4) >> 20}"));
        Assert.True((taken + needs * 3 / 4) >= needs, "it would not fit alone");
        var (status, refused) = await small.Http.PostAsync("/v1/fine_tuning/forecast", body);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "out_of_memory"), (status, refused.Code()));
        Assert.Contains("the model that answers", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_kept_by_its_content_listed_read_and_deleted()
    {
        var (first, second) = (await rig.UploadAsync("{\"text\": \"äöü\"}\n", "../../etc/passwd"), await rig.UploadAsync("{\"text\": \"äöü\"}\n"));
        var file = await rig.Http.GetOkAsync($"/v1/files/{first}");
        Assert.Equal(("file", "fine-tune", "processed", 19), (file.GetProperty("object").GetString(), file.GetProperty("purpose").GetString(), file.GetProperty("status").GetString(), file.GetProperty("bytes").GetInt32()));
        Assert.Contains((await rig.Http.GetOkAsync("/v1/files?purpose=fine-tune&limit=1000")).GetProperty("data").EnumerateArray(), one => one.GetProperty("id").GetString() == second);
        using (var gone = await rig.Http.DeleteAsync(new Uri($"/v1/files/{first}", UriKind.Relative), Cancellation)) { Assert.True((await Calls.ReadAsync(gone)).GetProperty("deleted").GetBoolean()); }
        using var missing = await rig.Http.GetAsync(new Uri($"/v1/files/{first}", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (missing.StatusCode, (await Calls.ReadAsync(missing)).Code()));
        Assert.Equal("{\"text\": \"äöü\"}\n", await rig.Http.GetStringAsync(new Uri($"/v1/files/{second}/content", UriKind.Relative), Cancellation)); // the bytes of both were one
    }

    [Theory]
    [InlineData("file")]
    [InlineData("purpose")]
    public async Task A_form_that_is_cut_within_a_part_is_the_senders_fault(string part)
    {
        using var body = new StringContent($"--cut\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"rows.jsonl\"\r\n\r\n{{\"text\"");
        body.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=cut");
        using var response = await rig.Http.PostAsync(new Uri("/v1/files", UriKind.Relative), body, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "file"), (response.StatusCode, (await Calls.ReadAsync(response)).GetProperty("error").GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("file", "assistants", "purpose")]
    [InlineData("other", "fine-tune", "file")]
    public async Task A_form_without_its_file_or_for_another_purpose_is_refused(string part, string purpose, string param)
    {
        using var form = new MultipartFormDataContent();
        using var file = new StringContent("{}");
        using var wanted = new StringContent(purpose);
        form.Add(wanted, "purpose");
        form.Add(file, part, "rows.jsonl");
        using var response = await rig.Http.PostAsync(new Uri("/v1/files", UriKind.Relative), form, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, param), (response.StatusCode, (await Calls.ReadAsync(response)).GetProperty("error").GetProperty("param").GetString()));
    }
}
