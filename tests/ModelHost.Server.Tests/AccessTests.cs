using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Who gets in (fault 37), and what the answers say about themselves.</summary>
public sealed partial class AccessTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ModelHostFixture Host => running.Host;

    public static TheoryData<string, string> ClosedPaths => new()
    {
        { "GET", "/v1/models" }, { "GET", "/v1/models/seed-chat" }, { "POST", "/v1/chat/completions" }, { "POST", "/v1/embeddings" }, { "POST", "/tokenize" },
        { "POST", "/v1/completions" }, { "POST", "/v1/responses" }, { "POST", "/v1/responses/input_tokens" }, { "POST", "/v1/messages" }, { "POST", "/v1/messages/count_tokens" }, { "POST", "/detokenize" }, { "POST", "/apply-template" }, { "POST", "/v1/chat/completions/input_tokens" }, { "POST", "/v1/rerank" }, { "POST", "/rerank" },
        { "GET", "/metrics" }, { "GET", "/props" }, { "GET", "/slots" }, { "GET", "/queue" }, { "GET", "/v1/adapters" }, { "GET", "/lora-adapters" },
        { "POST", "/models/load" }, { "POST", "/models/unload" }, { "POST", "/models/pin" }, { "POST", "/models/default" }, { "DELETE", "/v1/models/seed-chat" }, { "GET", "/memory" }, { "POST", "/memory/fit" },
        { "GET", "/v1/model_jobs" }, { "POST", "/v1/model_jobs" }, { "GET", "/v1/model_jobs/seed-chat" }, { "GET", "/v1/model_jobs/seed-chat/events" }, { "POST", "/v1/model_jobs/seed-chat/cancel" },
        { "GET", "/v1/downloads" }, { "POST", "/v1/downloads" }, { "GET", "/v1/downloads/seed-chat" }, { "DELETE", "/v1/downloads/seed-chat" }, { "GET", "/v1/downloads/seed-chat/events" }, { "POST", "/v1/downloads/seed-chat/cancel" },
        { "POST", "/lora-adapters" }, { "POST", "/v1/adapters" }, { "POST", "/v1/adapters/peft" }, { "POST", "/v1/load_lora_adapter" }, { "POST", "/v1/unload_lora_adapter" }, { "GET", "/v1/adapters/legal/versions/3" }, { "GET", "/v1/adapters/legal/versions/3/content" },
        { "DELETE", "/v1/adapters/legal/versions/3" }, { "POST", "/v1/adapters/legal/versions/3/promote" }, { "POST", "/v1/adapters/legal/versions/3/canary" }, { "POST", "/v1/adapters/legal/versions/3/rollback" }, { "POST", "/v1/adapters/legal/versions/3/golden" }, { "POST", "/v1/adapters/legal/versions/3/golden/questions" }, { "DELETE", "/v1/adapters/legal/versions/3/golden" }, { "POST", "/v1/adapters/legal/versions/3/measure" },
        { "POST", "/v1/files" }, { "GET", "/v1/files" }, { "GET", "/v1/files/seed-chat" }, { "GET", "/v1/files/seed-chat/content" }, { "DELETE", "/v1/files/seed-chat" },
        { "POST", "/v1/fine_tuning/jobs" }, { "GET", "/v1/fine_tuning/jobs" }, { "GET", "/v1/fine_tuning/jobs/seed-chat" }, { "DELETE", "/v1/fine_tuning/jobs/seed-chat" }, { "POST", "/v1/fine_tuning/jobs/seed-chat/cancel" },
        { "POST", "/v1/fine_tuning/jobs/seed-chat/pause" }, { "POST", "/v1/fine_tuning/jobs/seed-chat/stop" }, { "POST", "/v1/fine_tuning/jobs/seed-chat/resume" }, { "GET", "/v1/fine_tuning/jobs/seed-chat/events" }, { "GET", "/v1/fine_tuning/jobs/seed-chat/stream" },
        { "GET", "/v1/fine_tuning/jobs/seed-chat/evaluation" }, { "GET", "/v1/fine_tuning/jobs/seed-chat/evaluations" }, { "GET", "/v1/fine_tuning/jobs/seed-chat/checkpoints" }, { "POST", "/v1/fine_tuning/jobs/seed-chat/checkpoints/3/register" },
        { "GET", "/v1/fine_tuning/jobs/seed-chat/samples" }, { "POST", "/v1/fine_tuning/forecast" }, { "POST", "/v1/fine_tuning/jobs/seed-chat/scores" },
        { "GET", "/" }, { "GET", "/nothing" }, { "GET", "/V1/MODELS" }, { "GET", "//v1/models" }, { "GET", "/v1/models/" }, { "GET", "/v1/%6dodels" }, { "DELETE", "/v1/models" }, { "OPTIONS", "/tokenize" },
        { "GET", "/health/../v1/models" }, { "GET", "/healthy" },
    };

    [Theory]
    [MemberData(nameof(ClosedPaths))]
    public async Task Without_the_key_everything_but_health_is_401(string method, string path)
    {
        foreach (var (scheme, key) in new[] { ("Bearer", ""), ("Bearer", "wrong"), ("Bearer", Host.ApiKey + "x"), ("Bearer", Host.ApiKey[..^1]), ("Basic", Host.ApiKey) })
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(new HttpMethod(method), Host.Endpoint.ToString().TrimEnd('/') + path);
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {key}");
            using var response = await http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var body = await Calls.ReadAsync(response);
            Assert.Equal("authentication_error", body.GetProperty("error").GetProperty("type").GetString());
            Assert.Equal(path.StartsWith("/v1/messages", StringComparison.Ordinal) ? null : "invalid_api_key", body.GetProperty("error").TryGetProperty("code", out var code) ? code.GetString() : null);
        }
    }

    [Fact]
    public void Every_endpoint_has_its_row_above()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Platform.sln")))
        {
            root = root.Parent!;
        }

        var rows = ClosedPaths.Select(row => row.Data.Item1 + " " + row.Data.Item2).ToHashSet();
        var mapped = Directory.EnumerateFiles(Path.Combine(root.FullName, "src", "ModelHost", "Server"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => MappedRoute().Matches(File.ReadAllText(file))).Where(match => match.Groups[2].Value is not ("/" or "/ready" or "/live")) // those of health
            .Select(match => match.Groups[1].Value.ToUpperInvariant() + " " + match.Groups[2].Value.Replace("{id}", "seed-chat", StringComparison.Ordinal).Replace("{name}", "legal", StringComparison.Ordinal).Replace("{version}", "3", StringComparison.Ordinal).Replace("{step}", "3", StringComparison.Ordinal)).ToList();
        Assert.True(mapped.Count > 10);
        Assert.Empty(mapped.Except(rows));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_is_open(string path)
    {
        using var http = new HttpClient { BaseAddress = Host.Endpoint };
        Assert.Equal("""{"status":"ok"}""", await http.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation));
    }

    [Fact]
    public async Task The_key_is_also_taken_as_x_api_key()
    {
        using var http = new HttpClient { BaseAddress = Host.Endpoint };
        http.DefaultRequestHeaders.Add("x-api-key", Host.ApiKey);
        Assert.Contains("seed-chat", await http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_carries_its_id_and_time()
    {
        using var response = await Host.Http.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancellation);
        Assert.StartsWith("req_", response.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
        Assert.True(int.TryParse(response.Headers.GetValues("openai-processing-ms").Single(), out _));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("abc-1", true)]
    [InlineData("a b", false)]
    public async Task A_plain_request_id_of_the_caller_is_kept(string id, bool kept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("x-request-id", id);
        using var response = await Host.Http.SendAsync(request, Cancellation);
        Assert.Equal(kept, response.Headers.GetValues("x-request-id").Single() == id);
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/v1/models/absent", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("DELETE", "/v1/models", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    public async Task With_the_key_a_wrong_address_is_said(string method, string path, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await Host.Http.SendAsync(request, Cancellation);
        Assert.Equal((status, code), (response.StatusCode, (await Calls.ReadAsync(response)).Code()));
    }

    [Fact]
    public async Task A_body_of_another_type_or_compressed_is_415()
    {
        using var content = new StringContent("{}", MediaTypeHeaderValue.Parse("text/plain"));
        using var response = await Host.Http.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), content, Cancellation);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (response.StatusCode, (await Calls.ReadAsync(response)).Code()));
        using var packed = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        packed.Headers.ContentEncoding.Add("gzip");
        using var refused = await Host.Http.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), packed, Cancellation);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_encoding"), (refused.StatusCode, (await Calls.ReadAsync(refused)).Code()));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_fault_40()
    {
        var (status, body) = await Host.Http.PostAsync("/tokenize", "{\"content\": \"" + new string('a', 1_000_001) + "\"}");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (status, body.Code()));
    }

    [GeneratedRegex("Map(Get|Post|Put|Delete)\\(\"([^\"]+)\"")]
    private static partial Regex MappedRoute();
}
