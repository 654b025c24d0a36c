using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.Jobs;

/// <summary>Jobs on model files over HTTP, in the real service with its real child processes.</summary>
public sealed partial class ModelJobTests : IAsyncLifetime
{
    private const string Jobs = "/v1/model_jobs", AdminKey = "administrators-key";
    private const int Sigabrt = 6, MostWaiting = 16;
    private static readonly string Endless = JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("the river ran on ", 50_000)));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("model-jobs-");
    private ModelHostFixture _host = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", _folder.FullName), ("Server:AdminKey", AdminKey));
        _http = new HttpClient { BaseAddress = _host.Endpoint, Timeout = TimeSpan.FromSeconds(90) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await TestFolders.DeleteAsync(_folder.FullName);
    }

    [Fact]
    public async Task A_model_is_quantised_with_its_progress_told_and_its_file_there_at_the_end()
    {
        var job = await StartAsync("""{"type": "quantize", "model": "seed-chat", "to": "Q4_0", "name": "small"}""");
        Assert.StartsWith("mjob-", Id(job), StringComparison.Ordinal);
        var states = await FollowAsync(Id(job));
        Assert.All(states, state => Assert.Equal(("model.job", "quantize", "seed-chat"), (Text(state, "object"), Text(state, "type"), Text(state, "model"))));
        Assert.Equal(states.Select(Progress).Order(), states.Select(Progress));
        var last = states[^1];
        Assert.True((Text(last, "status"), Progress(last)) == ("completed", 1), last.ToString());
        var result = last.GetProperty("result");
        Assert.Equal("small", Text(result, "model"));
        Assert.Equal(new FileInfo(ModelHostFixture.ChatModelPath).Length, result.GetProperty("bytes_before").GetInt64());
        Assert.Equal(new FileInfo(Path.Combine(_folder.FullName, "small.gguf")).Length, result.GetProperty("bytes_after").GetInt64());
        Assert.Equal((64, true), (Text(result, "sha256")!.Length, result.GetProperty("requantized").GetBoolean()));
        Assert.False(result.TryGetProperty("perplexity", out _));
        var check = result.GetProperty("check");
        Assert.True(check.GetProperty("tokens").GetInt32() > 100 && check.GetProperty("after").GetDouble() != check.GetProperty("before").GetDouble(), check.ToString());
        Assert.Equal(last.GetRawText(), (await GetAsync($"{Jobs}/{Id(job)}")).GetRawText());
        Assert.Equal(last.GetRawText(), (await GetAsync(Jobs)).GetProperty("data")[0].GetRawText());
        Assert.Equal((HttpStatusCode.Conflict, "already_exists"), await RefusalAsync("""{"type": "quantize", "model": "seed-chat", "to": "q4_0", "name": "small"}"""));
    }

    [Fact]
    public async Task Perplexity_is_measured_on_the_text_that_comes_with_it()
    {
        var last = (await FollowAsync(Id(await StartAsync("""{"type": "perplexity", "model": "seed-chat"}"""))))[^1];
        Assert.True(Text(last, "status") == "completed", last.ToString());
        Assert.InRange(last.GetProperty("result").GetProperty("perplexity").GetDouble(), 2, 16_384);
        Assert.InRange(last.GetProperty("result").GetProperty("standard_error").GetDouble(), 1e-6, 8_000);
        Assert.True(last.GetProperty("result").GetProperty("tokens").GetInt32() > 500);
    }

    [Fact]
    public async Task One_job_runs_at_a_time_the_queue_has_an_end_and_each_can_be_cancelled()
    {
        var running = Id(await StartAsync(Long));
        await UntilAsync(running, "running");
        var waiting = new List<string>();
        for (var i = 0; i < MostWaiting; i++) { waiting.Add(Id(await StartAsync(Long))); }
        using (var refused = await PostAsync(Jobs, Long))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal("cancelled", Text(await CancelAsync(waiting[0]), "status"));
        for (var i = 0; i < 100; i++) { await CancelAsync(Id(await StartAsync("""{"type": "perplexity", "model": "seed-chat"}"""))); } // what was cancelled takes no place
        foreach (var id in waiting.Skip(1)) { Assert.Equal("queued", Text(await GetAsync($"{Jobs}/{id}"), "status")); }
        Assert.Equal("cancelled", Text(await CancelAsync(running), "status"));
        await UntilAsync(waiting[1], "running");
        foreach (var id in waiting) { await CancelAsync(id); }
        Assert.Empty(Children());
        Assert.Equal("completed", Text((await FollowAsync(Id(await StartAsync("""{"type": "perplexity", "model": "seed-chat", "max_tokens": 50}"""))))[^1], "status"));
    }

    [Fact]
    public async Task A_crash_of_native_code_fails_its_job_with_the_cause_and_hurts_nobody_fault_13()
    {
        var job = Id(await StartAsync(Long));
        await UntilAsync(job, "running");
        var end = FollowAsync(job);
        while (!end.IsCompleted) // a signal that comes while the runtime starts is lost
        {
            foreach (var child in Children()) { _ = Kill(child, Sigabrt); }
            await Task.WhenAny(end, Task.Delay(50, Cancellation));
        }
        var last = (await end)[^1];
        Assert.Equal("failed", Text(last, "status"));
        Assert.Equal("job_failed", Text(last.GetProperty("error"), "code"));
        Assert.Contains("signal 6", Text(last.GetProperty("error"), "message"), StringComparison.Ordinal);
        await _host.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "a", "max_tokens": 2}""");
    }

    [Fact]
    public async Task A_service_that_is_killed_leaves_no_job_behind()
    {
        await UntilAsync(Id(await StartAsync(Long)), "running");
        int child;
        while ((child = Children().FirstOrDefault()) == 0) { await Task.Delay(10, Cancellation); }
        await _host.KillAsync();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (IsAlive(child)) { await Task.Delay(20, deadline.Token); }
    }

    [Theory]
    [InlineData("""{"type": "polish", "model": "seed-chat"}""", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("""{"type": "quantize", "to": "q4_0"}""", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("""{"type": "quantize", "model": "seed-chat"}""", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("""{"type": "quantize", "model": "seed-chat", "to": "q8_0"}""", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("""{"type": "quantize", "model": "absent", "to": "q4_0"}""", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("""{"type": "perplexity", "model": "seed-chat", "max_tokens": 1}""", HttpStatusCode.BadRequest, "invalid_value")]
    [InlineData("""{"type": "perplexity", "model": "seed-embed"}""", HttpStatusCode.BadRequest, "invalid_value")]
    public async Task What_cannot_be_done_is_refused_at_once(string request, HttpStatusCode status, string code) => Assert.Equal((status, code), await RefusalAsync(request));

    [Fact]
    public async Task A_job_that_is_not_there_is_404_and_without_the_administrators_key_all_is_403()
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/mjob-0"), (HttpMethod.Get, "/mjob-0/events"), (HttpMethod.Post, "/mjob-0/cancel") })
        {
            using var missing = await _http.SendAsync(new HttpRequestMessage(method, Jobs + path), Cancellation);
            Assert.Equal((HttpStatusCode.NotFound, "not_found"), (missing.StatusCode, (await Calls.ReadAsync(missing)).Code()));
            using var refused = await _host.Http.SendAsync(new HttpRequestMessage(method, Jobs + path), Cancellation);
            Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (refused.StatusCode, (await Calls.ReadAsync(refused)).Code()));
        }
    }

    private static string Long => "{\"type\": \"perplexity\", \"model\": \"seed-chat\", \"max_tokens\": 1000000, \"text\": " + Endless + "}";

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await _http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
    }

    private async Task<JsonElement> StartAsync(string body)
    {
        using var response = await PostAsync(Jobs, body);
        var job = await Calls.ReadAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, job.ToString());
        return job;
    }

    private async Task<(HttpStatusCode Status, string? Code)> RefusalAsync(string body)
    {
        using var response = await PostAsync(Jobs, body);
        return (response.StatusCode, (await Calls.ReadAsync(response)).Code());
    }

    private async Task<JsonElement> CancelAsync(string id)
    {
        using var response = await PostAsync($"{Jobs}/{id}/cancel", "{}");
        return await Calls.ReadAsync(response);
    }

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation)).RootElement;

    /// <summary>Every state that the events tell, to the end of the stream.</summary>
    private async Task<List<JsonElement>> FollowAsync(string id) =>
        [.. (await _http.GetStringAsync(new Uri($"{Jobs}/{id}/events", UriKind.Relative), Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != ':').Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];

    private async Task UntilAsync(string id, string status)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (Text(await GetAsync($"{Jobs}/{id}"), "status") != status) { await Task.Delay(10, deadline.Token); }
    }

    private int[] Children() => [.. Directory.EnumerateDirectories($"/proc/{_host.ProcessId}/task").SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Where(IsAlive)];

    /// <summary>A zombie, whose end nobody has asked for yet, is not alive.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Id(JsonElement job) => Text(job, "id")!;

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static double Progress(JsonElement job) => job.GetProperty("progress").GetDouble();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
