using System.Net;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Which versions go into production, and which of them a request gets.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private readonly DirectoryInfo _training = Directory.CreateTempSubdirectory("gate-");
    private AdapterRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await AdapterRig.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await TestFolders.DeleteAsync(_training.FullName);
    }

    [Fact]
    public async Task A_version_that_got_worse_is_promoted_with_a_reason_only()
    {
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""");
        await AddAsync(2, """{"held_out":{"loss":2.1,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""");
        await AddAsync(3, """{"held_out":{"loss":1.0,"base_loss":2.0},"general":{"perplexity":90,"base_perplexity":25}}""");
        await AddAsync(4, null);
        await AddAsync(5, """{"held_out":{"loss":2.0,"base_loss":2.0},"general":{"perplexity":25,"base_perplexity":25}}""");
        Assert.Equal([true, false, false, false, false], (await _rig.GetAsync("/v1/adapters")).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("gate").GetProperty("passed").GetBoolean()));
        Assert.Equal(["candidate", "draft", "draft", "draft", "draft"], (await _rig.GetAsync("/v1/adapters")).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("state").GetString()));
        Assert.Equal("candidate", (await _rig.GetAsync("/v1/models/seed-chat:porter@1")).GetProperty("adapter").GetProperty("state").GetString());
        Assert.Equal("model_not_found", (await _rig.Http.PostAsync("/v1/completions", """{"model":"seed-chat:porter","prompt":"a"}""")).Body.Code()); // what nobody promoted answers under its version, also where it passes
        Assert.Equal(HttpStatusCode.OK, (await PromoteAsync(1, "{}")).Status);
        Assert.Equal(1, (await _rig.WriteAsync("seed-chat:porter")).Version);
        foreach (var (version, cause) in new[] { (2, "held_out_loss is 2.1000"), (3, "general_perplexity is 90.0000"), (4, "held_out_loss was not measured"), (5, "learned nothing") })
        {
            var (status, body) = await PromoteAsync(version, "{}");
            Assert.Equal((HttpStatusCode.Conflict, "gate_failed"), (status, body.Code()));
            Assert.Contains(cause, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal("gate_failed", (await CanaryAsync(version, """{"share": 0.5}""")).Body.Code());
            Assert.Equal("share", (await CanaryAsync(version, """{"share": 2}""")).Body.GetProperty("error").GetProperty("param").GetString()); // whatever the gate says
        }

        var (passed, card) = await PromoteAsync(2, """{"override_reason": "The rows were wrong.", "by": "Ana"}""");
        Assert.True(passed == HttpStatusCode.OK, card.ToString());
        Assert.Equal("by", (await PromoteAsync(2, """{"override_reason": "x", "by": ""}""")).Body.GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(("Ana", JsonValueKind.Number), (card.GetProperty("promoted_by").GetString(), card.GetProperty("promoted_at").ValueKind));
        Assert.Equal(("production", "The rows were wrong."), (card.GetProperty("state").GetString(), card.GetProperty("override_reason").GetString()));
        Assert.Equal("by", (await _rig.Http.PostAsync("/v1/adapters/porter/versions/2/rollback", """{"by": ""}""")).Body.GetProperty("error").GetProperty("param").GetString());
        var back = (await _rig.Http.PostAsync("/v1/adapters/porter/versions/2/rollback", """{"by": "Ben"}""")).Body; // the first promotion of what is served again is not its last
        Assert.Equal((1, "Ben", JsonValueKind.Number), (back.GetProperty("version").GetInt32(), back.GetProperty("promoted_by").GetString(), back.GetProperty("promoted_at").ValueKind));
    }

    [Fact]
    public async Task A_version_whose_job_named_golden_questions_passes_when_it_answers_no_more_of_them_wrongly_than_its_base()
    {
        const string Golden = "/v1/adapters/porter/versions/1/golden";
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        Assert.Contains("golden_wrong was not measured", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        foreach (var wrong in (string[])["""{"questions": 20, "accuracy": 1.2, "base_accuracy": 0.5}""", """{"questions": 20, "accuracy": 0.5}""", """{"questions": 0, "accuracy": 0.5, "base_accuracy": 0.5}""", """{"questions": 20, "accuracy": 0.5, "base_accuracy": 0.5, "left_out": -1}""", """{"questions": 20, "accuracy": 0.5, "base_accuracy": 0.5, "without_model": 21}"""])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await _rig.Http.PostAsync(Golden, wrong)).Status);
        }

        Assert.False((await _rig.Http.PostAsync(Golden, """{"questions": 20, "accuracy": 0.4, "base_accuracy": 0.5}""")).Body.GetProperty("gate").GetProperty("passed").GetBoolean());
        Assert.Contains("golden_wrong is 0.6000, and 0.5000 is the most", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var card = (await _rig.Http.PostAsync(Golden, """{"questions": 20, "accuracy": 0.5, "base_accuracy": 0.5, "left_out": 3, "without_model": 8}""")).Body;
        Assert.Equal(3, card.GetProperty("metrics").GetProperty("golden").GetProperty("left_out").GetInt32());
        Assert.Equal(8, card.GetProperty("metrics").GetProperty("golden").GetProperty("without_model").GetInt32());
        Assert.Equal((20, 8), (Share(card).GetProperty("of").GetInt32(), Share(card).GetProperty("without_model").GetInt32()));
        Assert.Equal((true, 1.9), (card.GetProperty("gate").GetProperty("passed").GetBoolean(), card.GetProperty("metrics").GetProperty("held_out").GetProperty("loss").GetDouble()));
        Assert.Equal(HttpStatusCode.OK, (await PromoteAsync(1, "{}")).Status);
    }

    [Fact]
    public async Task Golden_questions_none_of_which_reached_a_model_are_not_measured()
    {
        const string Version = "/v1/adapters/porter/versions/1";
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        var card = await _rig.Http.PostOkAsync(Version + "/golden", """{"questions": 20, "accuracy": 0.3, "base_accuracy": 0.3, "without_model": 20}""");
        var check = card.GetProperty("gate").GetProperty("checks")[2];
        Assert.Equal((false, JsonValueKind.Null, JsonValueKind.Null, "without_model"), (check.GetProperty("passed").GetBoolean(), check.GetProperty("value").ValueKind, check.GetProperty("base").ValueKind, check.GetProperty("error").GetProperty("code").GetString()));
        Assert.True(check.GetProperty("error").GetProperty("at").GetInt64() > 0);
        Assert.DoesNotContain(card.GetProperty("measures").EnumerateArray(), one => one.GetProperty("name").GetString() == "golden_accuracy");
        Assert.Contains("found nothing for any", (await PromoteAsync(1, "{}")).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True((await _rig.Http.PostOkAsync(Version + "/golden", """{"questions": 20, "accuracy": 0.3, "base_accuracy": 0.3, "without_model": 19}""")).GetProperty("gate").GetProperty("passed").GetBoolean());
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

    [Fact]
    public async Task Golden_questions_can_be_named_for_a_version_that_came_without_and_what_was_told_of_others_is_forgotten()
    {
        const string Version = "/v1/adapters/porter/versions/1", Questions = Version + "/golden/questions";
        await _rig.DisposeAsync();
        _rig = await AdapterRig.StartAsync(("Training:Directory", _training.FullName));
        await AddAsync(1, """{"held_out":{"loss":1.9,"base_loss":2.0},"general":{"perplexity":30,"base_perplexity":25}}""");
        Assert.Equal(2, (await _rig.GetAsync(Version)).GetProperty("gate").GetProperty("checks").GetArrayLength());
        using var upload = new MultipartFormDataContent { { new StringContent("fine-tune"), "purpose" }, { new StringContent("{\"question\":\"Who pays?\"}"), "file", "golden.jsonl" } };
        using var sent = await _rig.Http.PostAsync(new Uri("/v1/files", UriKind.Relative), upload, TestContext.Current.CancellationToken);
        var file = JsonDocument.Parse(await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("id").GetString();
        foreach (var wrong in (string[])["{}", """{"golden_file": "file-gone", "golden_base": "b", "golden_by": "a"}""", "{\"golden_file\": \"" + file + "\", \"golden_base\": \"" + new string('b', 513) + "\", \"golden_by\": \"a\"}"])
        {
            Assert.True((await _rig.Http.PostAsync(Questions, wrong)).Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, wrong);
        }

        await _rig.Http.PostOkAsync(Questions, "{\"golden_file\": \"" + file + "\", \"golden_base\": \"b\", \"golden_by\": \"a\", \"golden_name\": \"rules\"}");
        var card = await _rig.GetAsync(Version);
        Assert.Equal((file, "rules"), (card.GetProperty("metrics").GetProperty("golden_questions").GetProperty("golden_file").GetString(), card.GetProperty("metrics").GetProperty("golden_questions").GetProperty("golden_name").GetString()));
        Assert.Equal("golden_wrong", card.GetProperty("gate").GetProperty("checks")[2].GetProperty("name").GetString());
        Assert.True((await _rig.Http.PostAsync(Version + "/golden", """{"questions": 1, "accuracy": 1, "base_accuracy": 0}""")).Body.GetProperty("gate").GetProperty("passed").GetBoolean());
        await _rig.Http.PostOkAsync(Questions, "{\"golden_file\": \"" + file + "\", \"golden_base\": \"c\", \"golden_by\": \"a\"}");
        Assert.False((await _rig.GetAsync(Version)).GetProperty("gate").GetProperty("passed").GetBoolean());

        foreach (var told in (string[])["\"questions\": 1, \"accuracy\": 1, \"base_accuracy\": 0", "\"error\": {\"code\": \"a\", \"message\": \"b\"}"]) // of those of before, which took minutes
        {
            foreach (var others in (string[])["\"golden_file\": \"file-others\"", "\"golden_base\": \"b\""]) { Assert.Equal("questions_changed", (await _rig.Http.PostAsync(Version + "/golden", "{" + others + ", " + told + "}")).Body.Code()); }
        }

        Assert.False((await _rig.GetAsync(Version)).GetProperty("metrics").TryGetProperty("golden", out _));
        var judged = await _rig.Http.PostOkAsync(Version + "/golden", "{\"golden_file\": \"" + file + "\", \"golden_base\": \"c\", \"questions\": 1, \"accuracy\": 1, \"base_accuracy\": 0}");
        Assert.Equal((true, file), (judged.GetProperty("gate").GetProperty("passed").GetBoolean(), judged.GetProperty("metrics").GetProperty("golden").GetProperty("file").GetString()));
    }

    [Theory]
    [InlineData("\"2026-11-22\"")]
    [InlineData("1e18")]
    [InlineData("null")]
    public async Task Metrics_of_another_make_do_not_keep_the_adapters_from_being_listed(string at)
    {
        await AddAsync(1, """{"held_out":{"loss":1e999,"base_loss":1e308,"perplexity":1e999,"base_perplexity":1,"preference_accuracy":1,"base_preference_accuracy":1,"rows":1e300},"golden":{"error":{"code":"a","message":"b","at":""" + at + "}}}", """{"job_id":"ftjob-1","golden_file":"file-1"}""");
        var gate = (await _rig.GetAsync("/v1/adapters")).GetProperty("data")[0].GetProperty("gate");
        Assert.False(gate.GetProperty("passed").GetBoolean());
        Assert.Equal((JsonValueKind.Null, 0), (gate.GetProperty("checks")[0].GetProperty("value").ValueKind, gate.GetProperty("checks")[2].GetProperty("error").GetProperty("at").GetInt64()));
    }

    [Fact]
    public async Task A_share_of_the_requests_gets_the_version_that_is_tried_and_who_asks_keeps_theirs()
    {
        foreach (var seed in new[] { 1, 2 }) { Assert.Equal(HttpStatusCode.Created, (await _rig.UploadAsync("?name=legal", AdapterRig.Adapter(seed))).Status); }
        Assert.Equal("wrong_state", (await CanaryAsync(2, """{"share": 0.5, "override_reason": "To try it."}""", "legal")).Body.Code()); // nothing is in production
        await _rig.PromoteAsync("legal", 1);
        Assert.Equal(HttpStatusCode.BadRequest, (await CanaryAsync(2, """{"share": 1.5}""", "legal")).Status);
        Assert.Equal("gate_failed", (await CanaryAsync(2, """{"share": 0.5}""", "legal")).Body.Code());
        Assert.Equal(0.5, (await CanaryAsync(2, """{"share": 0.5, "override_reason": "To try it."}""", "legal")).Body.GetProperty("canary_share").GetDouble());
        Assert.Equal("wrong_state", (await _rig.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/2")).Body.Code()); // people get it

        var versions = new List<int?>();
        for (var user = 0; user < 24; user++) { versions.Add((await _rig.WriteAsync("seed-chat:legal", $",\"user\":\"u{user}\"")).Version); }
        Assert.Equal([1, 2], versions.Distinct().Order());
        for (var user = 0; user < 24; user += 6) { Assert.Equal(versions[user], (await _rig.WriteAsync("seed-chat:legal", $",\"user\":\"u{user}\"")).Version); }
        Assert.Equal(1, (await _rig.WriteAsync("seed-chat:legal@1", ",\"user\":\"u0\"")).Version);

        await CanaryAsync(2, """{"share": 1, "override_reason": "To try it."}""", "legal");
        Assert.Equal(2, (await _rig.WriteAsync("seed-chat:legal")).Version);
        await CanaryAsync(2, """{"share": 0}""", "legal");
        Assert.Equal(1, (await _rig.WriteAsync("seed-chat:legal")).Version);
    }

    private static JsonElement Share(JsonElement card) => card.GetProperty("measures").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "golden_accuracy");

    private async Task AddAsync(int seed, string? metrics, string lineage = """{"job_id":"ftjob-1"}""") =>
        Assert.Equal(HttpStatusCode.Created, (await _rig.UploadAsync($"?name=porter&state=draft&lineage={Uri.EscapeDataString(lineage)}{(metrics is null ? "" : "&metrics=" + Uri.EscapeDataString(metrics))}", AdapterRig.Adapter(seed))).Status);

    private Task<(HttpStatusCode Status, JsonElement Body)> PromoteAsync(int version, string body) => _rig.Http.PostAsync($"/v1/adapters/porter/versions/{version}/promote", body);

    private Task<(HttpStatusCode Status, JsonElement Body)> CanaryAsync(int version, string body, string name = "porter") => _rig.Http.PostAsync($"/v1/adapters/{name}/versions/{version}/canary", body);
}
