using System.Net;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Which versions go into production, and which of them a request gets.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private AdapterRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await AdapterRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_version_that_got_worse_is_promoted_with_a_reason_only()
    {
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""");
        await AddAsync(2, """{"held_out":{"loss":2.1,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""");
        await AddAsync(3, """{"held_out":{"loss":1.0,"base_loss":2.0},"general":{"perplexity":90,"base_perplexity":25}}""");
        await AddAsync(4, null);
        await AddAsync(5, """{"held_out":{"loss":2.0,"base_loss":2.0},"general":{"perplexity":25,"base_perplexity":25}}""");
        Assert.Equal([true, false, false, false, false], (await _rig.GetAsync("/v1/adapters")).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("gate").GetProperty("passed").GetBoolean()));
        Assert.Equal(HttpStatusCode.OK, (await PromoteAsync(1, "{}")).Status);
        foreach (var (version, cause) in new[] { (2, "held_out_loss is 2.1000"), (3, "general_perplexity is 90.0000"), (4, "held_out_loss was not measured"), (5, "learned nothing") })
        {
            var (status, body) = await PromoteAsync(version, "{}");
            Assert.Equal((HttpStatusCode.Conflict, "gate_failed"), (status, body.Code()));
            Assert.Contains(cause, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal("gate_failed", (await CanaryAsync(version, """{"share": 0.5}""")).Body.Code());
        }

        var (passed, card) = await PromoteAsync(2, """{"override_reason": "The rows were wrong."}""");
        Assert.True(passed == HttpStatusCode.OK, card.ToString());
        Assert.Equal(("production", "The rows were wrong."), (card.GetProperty("state").GetString(), card.GetProperty("override_reason").GetString()));
    }

    [Fact]
    public async Task A_version_whose_job_named_golden_questions_passes_when_it_answers_no_more_of_them_wrongly_than_its_base()
    {
        const string Golden = "/v1/adapters/porter/versions/1/golden";
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        Assert.Contains("golden_wrong was not measured", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        foreach (var wrong in (string[])["""{"questions": 20, "accuracy": 1.2, "base_accuracy": 0.5}""", """{"questions": 20, "accuracy": 0.5}""", """{"questions": 0, "accuracy": 0.5, "base_accuracy": 0.5}"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await _rig.Http.PostAsync(Golden, wrong)).Status);
        }

        Assert.False((await _rig.Http.PostAsync(Golden, """{"questions": 20, "accuracy": 0.4, "base_accuracy": 0.5}""")).Body.GetProperty("gate").GetProperty("passed").GetBoolean());
        Assert.Contains("golden_wrong is 0.6000, and 0.5000 is the most", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var card = (await _rig.Http.PostAsync(Golden, """{"questions": 20, "accuracy": 0.5, "base_accuracy": 0.5}""")).Body;
        Assert.Equal((true, 1.9), (card.GetProperty("gate").GetProperty("passed").GetBoolean(), card.GetProperty("metrics").GetProperty("held_out").GetProperty("loss").GetDouble()));
        Assert.Equal(HttpStatusCode.OK, (await PromoteAsync(1, "{}")).Status);
    }

    [Fact]
    public async Task Golden_questions_that_could_not_be_asked_leave_a_reason_until_they_are_to_be_asked_again()
    {
        const string Version = "/v1/adapters/porter/versions/1", Golden = Version + "/golden";
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        foreach (var wrong in (string[])["""{"error": {"code": "No!", "message": "x"}}""", """{"error": {"code": "gone"}}"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await _rig.Http.PostAsync(Golden, wrong)).Status);
        }

        await _rig.Http.PostOkAsync(Golden, """{"error": {"code": "base_gone", "message": "The base was deleted."}}""");
        var check = (await _rig.GetAsync(Version)).GetProperty("gate").GetProperty("checks")[2];
        Assert.Equal(("golden_wrong", JsonValueKind.Null, "base_gone", "The base was deleted."), (check.GetProperty("name").GetString(), check.GetProperty("value").ValueKind, check.GetProperty("error").GetProperty("code").GetString(), check.GetProperty("error").GetProperty("message").GetString()));
        Assert.Contains("could not be measured (The base was deleted.)", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await _rig.SendAsync(HttpMethod.Delete, Golden)).Status);
        var card = await _rig.GetAsync(Version);
        Assert.False(card.GetProperty("metrics").TryGetProperty("golden", out _));
        Assert.False(card.GetProperty("gate").GetProperty("checks")[2].TryGetProperty("error", out var none) && none.ValueKind == JsonValueKind.Object);
        Assert.True((await _rig.Http.PostAsync(Golden, """{"questions": 20, "accuracy": 0.5, "base_accuracy": 0.5}""")).Body.GetProperty("gate").GetProperty("passed").GetBoolean());
    }

    [Theory]
    [InlineData("\"2026-11-22\"")]
    [InlineData("1e18")]
    [InlineData("null")]
    public async Task Metrics_of_another_make_do_not_keep_the_adapters_from_being_listed(string at)
    {
        await AddAsync(1, """{"held_out":{"loss":1e999,"base_loss":1e308},"golden":{"error":{"code":"a","message":"b","at":""" + at + "}}}", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        var gate = (await _rig.GetAsync("/v1/adapters")).GetProperty("data")[0].GetProperty("gate");
        Assert.False(gate.GetProperty("passed").GetBoolean());
        Assert.Equal((JsonValueKind.Null, 0), (gate.GetProperty("checks")[0].GetProperty("value").ValueKind, gate.GetProperty("checks")[2].GetProperty("error").GetProperty("at").GetInt64()));
    }

    [Fact]
    public async Task A_share_of_the_requests_gets_the_version_that_is_tried_and_who_asks_keeps_theirs()
    {
        foreach (var seed in new[] { 1, 2 }) { Assert.Equal(HttpStatusCode.Created, (await _rig.UploadAsync("?name=legal", AdapterRig.Adapter(seed))).Status); }
        Assert.Equal(HttpStatusCode.Conflict, (await CanaryAsync(2, """{"share": 0.5}""", "legal")).Status); // nothing is in production
        await _rig.SendAsync(HttpMethod.Post, "/v1/adapters/legal/versions/1/promote");
        Assert.Equal(HttpStatusCode.BadRequest, (await CanaryAsync(2, """{"share": 1.5}""", "legal")).Status);
        Assert.Equal(0.5, (await CanaryAsync(2, """{"share": 0.5}""", "legal")).Body.GetProperty("canary_share").GetDouble());

        var versions = new List<int?>();
        for (var user = 0; user < 24; user++) { versions.Add((await _rig.WriteAsync("seed-chat:legal", $",\"user\":\"u{user}\"")).Version); }
        Assert.Equal([1, 2], versions.Distinct().Order());
        for (var user = 0; user < 24; user += 6) { Assert.Equal(versions[user], (await _rig.WriteAsync("seed-chat:legal", $",\"user\":\"u{user}\"")).Version); }
        Assert.Equal(1, (await _rig.WriteAsync("seed-chat:legal@1", ",\"user\":\"u0\"")).Version);

        await CanaryAsync(2, """{"share": 1}""", "legal");
        Assert.Equal(2, (await _rig.WriteAsync("seed-chat:legal")).Version);
        await CanaryAsync(2, """{"share": 0}""", "legal");
        Assert.Equal(1, (await _rig.WriteAsync("seed-chat:legal")).Version);
    }

    private async Task AddAsync(int seed, string? metrics, string lineage = """{"job_id":"ftjob-1"}""") =>
        Assert.Equal(HttpStatusCode.Created, (await _rig.UploadAsync($"?name=porter&state=draft&lineage={Uri.EscapeDataString(lineage)}{(metrics is null ? "" : "&metrics=" + Uri.EscapeDataString(metrics))}", AdapterRig.Adapter(seed))).Status);

    private Task<(HttpStatusCode Status, JsonElement Body)> PromoteAsync(int version, string body) => _rig.Http.PostAsync($"/v1/adapters/porter/versions/{version}/promote", body);

    private Task<(HttpStatusCode Status, JsonElement Body)> CanaryAsync(int version, string body, string name = "porter") => _rig.Http.PostAsync($"/v1/adapters/{name}/versions/{version}/canary", body);
}
