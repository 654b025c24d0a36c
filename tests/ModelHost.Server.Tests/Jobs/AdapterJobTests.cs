using System.Net;
using System.Text.Json;
using Platform.Fakes;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Server.Jobs;

namespace Platform.ModelHost.Server.Tests.Jobs;

/// <summary>Adapters become part of a model, and those that PEFT saved become versions here, by the real training program.</summary>
public sealed class AdapterJobTests(AdapterJobTests.Room room) : IClassFixture<AdapterJobTests.Room>
{
    private const string Jobs = "/v1/model_jobs";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Http => room.Host.Http;

    [Fact]
    public async Task A_merged_model_writes_as_its_base_does_with_the_adapter()
    {
        var result = await RunAsync("""{"type": "merge", "model": "seed-chat:style"}""");
        Assert.Equal("seed-chat-style-2", result.GetProperty("model").GetString());
        Assert.Equal(64, result.GetProperty("sha256").GetString()!.Length);
        var check = result.GetProperty("check");
        var alone = (await RunAsync("""{"type": "perplexity", "model": "seed-chat"}""")).GetProperty("perplexity").GetDouble();
        Assert.NotEqual(alone, check.GetProperty("before").GetDouble()); // with the adapter
        Assert.InRange(check.GetProperty("after").GetDouble() / check.GetProperty("before").GetDouble(), 0.97, 1.03);
        var answers = check.GetProperty("answers");
        Assert.Equal((5, true), (answers.GetProperty("asked").GetInt32(), check.GetProperty("rounded").GetBoolean()));
        Assert.DoesNotContain((await Http.GetOkAsync("/v1/models")).GetProperty("data").EnumerateArray(), model => model.GetProperty("id").GetString() == "seed-chat-style-2" && model.GetProperty("status").GetProperty("value").GetString() == "loaded"); // nobody asked for it
        var (plain, adapted, merged) = (await WriteAsync("seed-chat"), await WriteAsync("seed-chat:style"), await WriteAsync("seed-chat-style-2"));
        var (same, of) = (0, 0);
        foreach (var prompt in MergedAnswers.Usual)
        {
            var (with, without, after) = (await AnswerAsync("seed-chat:style", prompt), await AnswerAsync("seed-chat", prompt), await AnswerAsync("seed-chat-style-2", prompt));
            (same, of) = (same + (with == after ? 1 : 0), of + (without == after ? 1 : 0));
        }

        Assert.Equal(same, answers.GetProperty("same").GetInt32());
        Assert.NotEqual(of, same); // the base alone answers otherwise
        Assert.NotEqual(plain, adapted);
        Assert.NotEqual(plain, merged);
        Assert.Equal(adapted[..2], merged[..2]); // then what rounding the weights again has changed may tell
        Assert.Equal((HttpStatusCode.Conflict, "already_exists"), await Http.PostAsync(Jobs, """{"type": "merge", "model": "seed-chat", "adapter": "style@2"}""") is var again ? (again.Status, again.Body.Code()) : default);
    }

    [Fact]
    public async Task An_adapter_of_peft_becomes_a_version()
    {
        await PeftFolder.SaveAsync(Path.Combine(room.Adapters, "incoming"), damaged: false);
        var result = await RunAsync("""{"type": "convert", "model": "seed-chat", "source": "incoming", "name": "peft"}""");
        Assert.Equal("peft@1", result.GetProperty("adapter").GetString());
        Assert.NotEqual(await WriteAsync("seed-chat"), await WriteAsync("seed-chat:peft@1"));
        Assert.True(File.Exists(Path.Combine(room.Adapters, "peft", "1.gguf")));
    }

    [Fact]
    public async Task An_adapter_of_peft_is_sent_in_a_form_and_nothing_of_it_stays_but_the_version()
    {
        var folder = Directory.CreateTempSubdirectory("peft-").FullName;
        await PeftFolder.SaveAsync(folder);
        var (config, weights) = (await File.ReadAllBytesAsync(Path.Combine(folder, "adapter_config.json"), Cancellation), await File.ReadAllBytesAsync(Path.Combine(folder, "adapter_model.safetensors"), Cancellation));
        Directory.Delete(folder, recursive: true);
        foreach (var (left, param) in new[] { ("name", "name"), ("weights", "weights"), ("base_model", "base_model") }) { Assert.Equal((HttpStatusCode.BadRequest, param), await RefusedAsync(left)); }
        var (status, job) = await SendAsync("");
        Assert.True(status == HttpStatusCode.Accepted, job.ToString());
        while (job.GetProperty("finished_at").ValueKind == JsonValueKind.Null) { job = await Http.GetOkAsync($"{Jobs}/{job.GetProperty("id").GetString()}"); }
        Assert.True(job.GetProperty("status").GetString() == "completed", job.ToString());
        Assert.True(File.Exists(Path.Combine(room.Adapters, "sent", "1.gguf")));
        Assert.Empty(Directory.EnumerateDirectories(room.Adapters, ".peft-*"));

        async Task<(HttpStatusCode, string?)> RefusedAsync(string without) => await SendAsync(without) is var (code, body) ? (code, body.GetProperty("error").GetProperty("param").GetString()) : default;

        async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string without)
        {
            using var form = new MultipartFormDataContent();
            (string Name, HttpContent Content)[] parts = [("name", new StringContent("sent")), ("base_model", new StringContent("seed-chat")), ("config", new ByteArrayContent(config)), ("weights", new ByteArrayContent(weights))];
            foreach (var (name, content) in parts.Where(part => part.Name != without)) { form.Add(content, name); }
            using var response = await Http.PostAsync(new Uri("/v1/adapters/peft", UriKind.Relative), form, Cancellation);
            return (response.StatusCode, await Calls.ReadAsync(response));
        }
    }

    [Fact]
    public async Task A_damaged_one_fails_with_the_reason_and_leaves_nothing()
    {
        await PeftFolder.SaveAsync(Path.Combine(room.Adapters, "damaged"), damaged: true);
        var job = await EndAsync("""{"type": "convert", "model": "seed-chat", "source": "damaged", "name": "broken"}""");
        Assert.Equal(("failed", "job_failed"), (job.GetProperty("status").GetString(), job.GetProperty("error").GetProperty("code").GetString()));
        Assert.StartsWith("Converting 'broken' failed:", job.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(room.Adapters, "broken")));
    }

    [Theory]
    [InlineData("""{"type": "merge", "model": "seed-chat"}""", HttpStatusCode.BadRequest, "adapter")]
    [InlineData("""{"type": "merge", "model": "seed-chat:absent"}""", HttpStatusCode.NotFound, "model")]
    [InlineData("""{"type": "merge", "model": "seed-chat", "adapter": "absent"}""", HttpStatusCode.NotFound, "adapter")]
    [InlineData("""{"type": "merge", "model": "seed-embed", "adapter": "style"}""", HttpStatusCode.BadRequest, "model")]
    [InlineData("""{"type": "merge", "model": "seed-chat", "adapter": "strange@1"}""", HttpStatusCode.BadRequest, "adapter")]
    [InlineData("""{"type": "merge", "model": "seed-chat", "adapter": "style", "name": "../x"}""", HttpStatusCode.BadRequest, "name")]
    [InlineData("""{"type": "convert", "model": "seed-chat", "name": "peft"}""", HttpStatusCode.BadRequest, "source")]
    [InlineData("""{"type": "convert", "model": "seed-chat", "name": "peft", "source": "style"}""", HttpStatusCode.BadRequest, "source")]
    [InlineData("""{"type": "convert", "model": "seed-chat", "name": "peft", "source": "../models"}""", HttpStatusCode.BadRequest, "source")]
    [InlineData("""{"type": "convert", "model": "seed-chat", "name": "P E F T", "source": "style"}""", HttpStatusCode.BadRequest, "name")]
    public async Task What_cannot_be_done_is_refused_at_once_by_its_field(string request, HttpStatusCode status, string param)
    {
        var refused = await Http.PostAsync(Jobs, request);
        Assert.Equal((status, param), (refused.Status, refused.Body.GetProperty("error").GetProperty("param").GetString()));
    }

    private async Task<JsonElement> RunAsync(string request)
    {
        var job = await EndAsync(request);
        Assert.True(job.GetProperty("status").GetString() == "completed", job.ToString());
        return job.GetProperty("result");
    }

    private async Task<JsonElement> EndAsync(string request)
    {
        var (status, job) = await Http.PostAsync(Jobs, request);
        Assert.True(status == HttpStatusCode.Accepted, job.ToString());
        var events = await Http.GetStringAsync(new Uri($"{Jobs}/{job.GetProperty("id").GetString()}/events", UriKind.Relative), Cancellation);
        return JsonDocument.Parse(events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Last(line => line[0] != ':')["data: ".Length..]).RootElement;
    }

    private async Task<string> AnswerAsync(string model, string prompt) =>
        (await Http.PostOkAsync("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{prompt}}"}],"max_tokens":{{MergedAnswers.MostTokens}},"temperature":0,"cache_prompt":false}""")).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Trim();

    private async Task<string> WriteAsync(string model) =>
        (await Http.PostOkAsync("/v1/completions", "{\"model\":\"" + model + "\",\"prompt\":\"The river runs through\",\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true}")).GetProperty("choices")[0].GetProperty("text").GetString()!;

    /// <summary>A service with folders of its own and one adapter.</summary>
    public sealed class Room : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adapter-jobs-");

        public ModelHostFixture Host { get; private set; } = null!;

        public string Adapters => Path.Combine(_folder.FullName, "adapters");

        public async ValueTask InitializeAsync()
        {
            RandomAdapter.Write(Path.Combine(Adapters, "style", "2.gguf"), 1);
            RandomAdapter.Write(Path.Combine(Adapters, "strange", "1.gguf"), 2);
            await File.WriteAllTextAsync(Path.Combine(Adapters, "strange", "adapter.json"), """{"versions":{"1":{"base_model":"other","base_sha256":"00"}}}""", Cancellation);
            Host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", Path.Combine(_folder.FullName, "models")), ("Engine:AdapterDirectory", Adapters));
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await TestFolders.DeleteAsync(_folder.FullName);
        }
    }
}
