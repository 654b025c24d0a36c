using System.Net;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests;

/// <summary>The life of an adapter's versions over HTTP.</summary>
public sealed class AdapterManagementTests : IAsyncLifetime
{
    private AdapterRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await AdapterRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_version_is_added_promoted_taken_back_and_removed()
    {
        var (status, first) = await rig.UploadAsync("?name=legal&metrics=%7B%22loss%22%3A1.5%7D", AdapterRig.Adapter(1));
        Assert.True(status == HttpStatusCode.Created, first.ToString());
        Assert.Equal(("legal", 1, "seed-chat", 4, 4f, "candidate", true), (
            first.GetProperty("name").GetString(), first.GetProperty("version").GetInt32(), first.GetProperty("base_model").GetString(), first.GetProperty("rank").GetInt32(), first.GetProperty("alpha").GetSingle(),
            first.GetProperty("state").GetString(), first.GetProperty("served").GetBoolean()));
        Assert.Equal("""["attn_q","ffn_down"]""", first.GetProperty("target_modules").GetRawText());
        Assert.Equal("adapters/legal/1", (await rig.GetAsync("/v1/models/seed-chat:legal")).GetProperty("root").GetString()); // what a request takes is told as well
        Assert.Equal("""{"loss":1.5}""", first.GetProperty("metrics").GetRawText());
        Assert.Equal(64, first.GetProperty("base_sha256").GetString()!.Length);

        using var form = new MultipartFormDataContent { { new StringContent("legal"), "name" }, { new StringContent("{\"made_by\":\"j1\"}"), "lineage" }, { new StringContent("draft"), "state" }, { new ByteArrayContent(AdapterRig.Adapter(2)), "file", "../../x.gguf" } };
        var (formStatus, second) = await rig.SendAsync(HttpMethod.Post, "/v1/adapters", form);
        Assert.True(formStatus == HttpStatusCode.Created, second.ToString());
        Assert.Equal((2, "draft", "j1"), (second.GetProperty("version").GetInt32(), second.GetProperty("state").GetString(), second.GetProperty("lineage").GetProperty("made_by").GetString()));
        Assert.Equal(["legal/1.gguf", "legal/2.gguf", "legal/adapter.json"], rig.Files);

        Assert.Equal("gate_failed", await RefusedAsync(HttpMethod.Post, "1/promote", HttpStatusCode.Conflict)); // nothing is known of it
        Assert.Equal("production", (await rig.PromoteAsync("legal", 1)).GetProperty("state").GetString());
        Assert.Equal(1, (await rig.WriteAsync("seed-chat:legal")).Version);
        Assert.Equal(2, (await rig.WriteAsync("seed-chat:legal@2", ",\"measures\":true")).Version); // what is asked to measure by is nobody's use
        Assert.Equal((JsonValueKind.Number, JsonValueKind.Null), ((await rig.GetAsync("/v1/adapters/legal/versions/1")).GetProperty("last_used_at").ValueKind, (await rig.GetAsync("/v1/adapters/legal/versions/2")).GetProperty("last_used_at").ValueKind));
        Assert.Equal(["legal/1.gguf", "legal/1.gguf.used", "legal/2.gguf", "legal/adapter.json"], rig.Files); // a restart forgets the last minute of it and no more
        Assert.Equal("production", (await rig.PromoteAsync("legal", 2)).GetProperty("state").GetString());
        Assert.Equal(2, (await rig.WriteAsync("seed-chat:legal")).Version);
        Assert.Equal("retired", (await rig.GetAsync("/v1/adapters/legal/versions/1")).GetProperty("state").GetString());
        var ids = (await rig.GetAsync("/v1/models")).GetProperty("data").EnumerateArray().Where(card => card.GetProperty("parent").GetString() == "seed-chat").ToDictionary(card => card.GetProperty("id").GetString()!);
        Assert.Equal(["seed-chat:legal", "seed-chat:legal@1", "seed-chat:legal@2"], ids.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("adapters/legal/2", ids["seed-chat:legal"].GetProperty("root").GetString());
        Assert.Equal(("production", 4), (ids["seed-chat:legal"].GetProperty("adapter").GetProperty("state").GetString(), ids["seed-chat:legal"].GetProperty("adapter").GetProperty("rank").GetInt32()));

        Assert.Equal("wrong_state", await RefusedAsync(HttpMethod.Delete, "2", HttpStatusCode.Conflict));
        var (used, refusal) = await rig.SendAsync(HttpMethod.Delete, "/v1/models/seed-chat");
        Assert.Equal((HttpStatusCode.Conflict, "in_use"), (used, refusal.Code()));
        Assert.Contains("legal@2", refusal.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("wrong_state", await RefusedAsync(HttpMethod.Post, "1/rollback", HttpStatusCode.Conflict)); // it is not what is served
        Assert.Equal((1, JsonValueKind.Null), ((await rig.GetAsync("/v1/adapters/legal/versions/2")).GetProperty("rolls_back_to").GetInt32(), (await rig.GetAsync("/v1/adapters/legal/versions/1")).GetProperty("rolls_back_to").ValueKind));
        Assert.Equal((1, "production"), await PostAsync("2/rollback") is var back ? (back.GetProperty("version").GetInt32(), back.GetProperty("state").GetString()) : default);
        Assert.Equal("retired", (await PostAsync("1/rollback")).GetProperty("state").GetString()); // nothing was before it
        Assert.Equal("model_not_found", (await rig.Http.PostAsync("/v1/completions", """{"model":"seed-chat:legal","prompt":"a"}""")).Body.Code());
        Assert.Equal("wrong_state", await RefusedAsync(HttpMethod.Post, "1/rollback", HttpStatusCode.Conflict));
        Assert.Equal("production", (await rig.PromoteAsync("legal", 1)).GetProperty("state").GetString());
        Assert.Equal(1, (await rig.WriteAsync("seed-chat:legal")).Version);
        Assert.Equal(HttpStatusCode.OK, (await rig.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/2")).Status);
        Assert.DoesNotContain(rig.Files, file => file.StartsWith("legal/2.", StringComparison.Ordinal));
        Assert.Equal("model_not_found", await RefusedAsync(HttpMethod.Get, "2", HttpStatusCode.NotFound));
        Assert.Equal("model_not_found", await RefusedAsync(HttpMethod.Post, "2/promote", HttpStatusCode.NotFound));
        Assert.Equal(3, (await rig.UploadAsync("?name=legal", AdapterRig.Adapter(3))).Body.GetProperty("version").GetInt32()); // a number is given once
        Assert.Equal(1, (await rig.WriteAsync("seed-chat:legal")).Version);
    }

    [Fact]
    public async Task Every_answer_while_versions_change_names_one_and_is_that_ones()
    {
        foreach (var seed in new[] { 1, 2, 3 }) { Assert.Equal(HttpStatusCode.Created, (await rig.UploadAsync("?name=legal", AdapterRig.Adapter(seed))).Status); }
        var texts = new Dictionary<int, string>();
        foreach (var version in new[] { 1, 2, 3 }) { texts[version] = (await rig.WriteAsync($"seed-chat:legal@{version}")).Text; }
        Assert.Equal(3, texts.Values.Distinct().Count());
        await rig.PromoteAsync("legal", 1);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var answers = Enumerable.Range(0, 4).Select(async _ =>
        {
            var seen = new List<(string Text, int? Version)>();
            while (!over.IsCancellationRequested)
            {
                var (text, version, _) = await rig.WriteAsync("seed-chat:legal");
                seen.Add((text, version));
            }

            return seen;
        }).ToList();
        for (var i = 0; i < 20; i++)
        {
            await rig.PromoteAsync("legal", 2);
            await PostAsync("2/rollback");
            await rig.PromoteAsync("legal", 3);
            await PostAsync("3/rollback");
        }

        await over.CancelAsync();
        var all = (await Task.WhenAll(answers)).SelectMany(seen => seen).ToList();
        Assert.All(all, answer => Assert.Equal(texts[answer.Version!.Value], answer.Text));
        Assert.True(all.Select(answer => answer.Version).Distinct().Count() > 1, "no answer saw a change");
    }

    [Fact]
    public async Task A_version_in_use_is_not_removed_and_not_unloaded()
    {
        await using var narrow = await AdapterRig.StartAsync(("Engine:Slots", "1"));
        await narrow.UploadAsync("?name=legal", AdapterRig.Adapter(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => BeginAsync(narrow))); // one after the other: the first may have ended, the last cannot have
        var removal = await narrow.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/1");
        Assert.True(removal.Status == HttpStatusCode.Conflict, removal.Body.ToString());
        var unloading = await narrow.Http.PostAsync("/v1/unload_lora_adapter", """{"lora_name":"legal"}""");
        Assert.Equal((HttpStatusCode.Conflict, "model_in_use"), (unloading.Status, unloading.Body.Code()));
        foreach (var answer in answers) { answer.Dispose(); }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while ((await narrow.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/1")).Status == HttpStatusCode.Conflict) { await Task.Delay(20, deadline.Token); }
        Assert.Equal(HttpStatusCode.NotFound, (await narrow.Http.PostAsync("/v1/completions", """{"model":"seed-chat:legal","prompt":"a"}""")).Status);
    }

    [Fact]
    public async Task What_somebody_does_to_the_files_by_hand_stands_in_the_way_of_nothing_else()
    {
        await rig.UploadAsync("?name=legal", AdapterRig.Adapter(1));
        await rig.UploadAsync("?name=other", AdapterRig.Adapter(2));
        await rig.Http.PostOkAsync("/lora-adapters", """[{"id":0,"scale":1}]""");
        Directory.Delete(Path.Combine(rig.Folder, "legal"), recursive: true); // while it is set for every request
        Assert.Equal(HttpStatusCode.OK, (await rig.SendAsync(HttpMethod.Delete, "/v1/adapters/other/versions/1")).Status);
        await File.WriteAllTextAsync(Path.Combine(rig.Folder, "blocked"), "where a folder is to be", Cancellation);
        var (status, refusal) = await rig.UploadAsync("?name=blocked", AdapterRig.Adapter(1));
        Assert.Equal((HttpStatusCode.Conflict, "cannot_write"), (status, refusal.Code()));
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("override_reason", "none")]); // as curl sends what is not said to be JSON
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await rig.SendAsync(HttpMethod.Post, "/v1/adapters/legal/versions/1/promote", form)).Status);
    }

    /// <summary>An answer that goes on to the end of the context, left unread.</summary>
    private static async Task<HttpResponseMessage> BeginAsync(AdapterRig at)
    {
        using var content = new StringContent("""{"model":"seed-chat:legal","prompt":"The river","stream":true,"temperature":2,"top_k":0,"top_p":1,"min_p":0,"ignore_eos":true}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
        return await at.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private async Task<JsonElement> PostAsync(string what)
    {
        var (status, body) = await rig.SendAsync(HttpMethod.Post, "/v1/adapters/legal/versions/" + what);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    private async Task<string?> RefusedAsync(HttpMethod method, string what, HttpStatusCode expected)
    {
        var (status, body) = await rig.SendAsync(method, "/v1/adapters/legal/versions/" + what);
        Assert.Equal(expected, status);
        return body.Code();
    }
}
