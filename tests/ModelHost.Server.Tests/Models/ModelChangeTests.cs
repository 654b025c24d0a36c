using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.Models;

/// <summary>What an administrator does with models: list, load, unload, pin, choose, delete; and what memory says to it.</summary>
public sealed class ModelChangeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_that_only_lie_there_are_listed_with_what_their_files_say()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("owner/repo/Seed-Chat-Q8.gguf");
        await models.StartAsync();
        var card = await HashedAsync(models.Http, "owner--repo--seed-chat-q8");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))), card.GetProperty("sha256").GetString());
        Assert.Equal(("unloaded", false, false), (State(card), card.GetProperty("pinned").GetBoolean(), card.GetProperty("default").GetBoolean()));
        Assert.Equal("""["chat","tools","json_schema","answers"]""", card.GetProperty("capabilities").GetRawText()); // it has no card that says otherwise
        var loaded = await models.Http.PostOkAsync("/models/load", """{"model": "owner--repo--seed-chat-q8"}""");
        Assert.Equal("loaded", State(loaded));
        foreach (var name in (string[])["n_ctx_train", "n_ctx", "n_embd", "n_params", "size", "n_vocab", "vocab_type", "architecture", "quantization"])
        {
            Assert.Equal(loaded.GetProperty("meta").GetProperty(name).ToString(), card.GetProperty("meta").GetProperty(name).ToString()); // the header told what the loaded model tells
        }
        var taken = (await models.Http.GetOkAsync("/memory")).GetProperty("uses").EnumerateArray().Where(u => u.GetProperty("owner").GetString() == "owner--repo--seed-chat-q8").Sum(u => u.GetProperty("bytes").GetInt64());
        Assert.Equal(card.GetProperty("needs_bytes").GetInt64(), taken);
    }

    [Fact]
    public async Task The_chosen_model_is_first_answers_where_none_is_named_and_is_remembered()
    {
        await using var models = new ModelFolderHost();
        models.Add("a.gguf");
        models.Add("b.gguf");
        await models.StartAsync();
        Assert.Equal("seed-chat", await FirstChatAsync(models.Http));
        await models.Http.PostOkAsync("/models/default", """{"model": "b"}""");
        Assert.Equal("b", await FirstChatAsync(models.Http));
        await models.StartAsync(); // another process on the same folder
        Assert.Equal("b", await FirstChatAsync(models.Http));
        Assert.Equal("loaded", State(await models.Http.GetOkAsync("/v1/models/b"))); // before anybody asks
        Assert.Equal("unloaded", State(await models.Http.GetOkAsync("/v1/models/seed-chat")));
        await models.StartAsync(("Engine:ChatModel", Path.Combine(models.Folder, "a.gguf"))); // who configures another one means it
        Assert.Equal("a", await FirstChatAsync(models.Http));
        await models.StartAsync();
        Assert.Equal("b", await FirstChatAsync(models.Http));
        File.Delete(Path.Combine(models.Folder, "b.gguf"));
        await models.StartAsync();
        Assert.Equal("seed-chat", await FirstChatAsync(models.Http)); // the chosen one is gone
    }

    [Fact]
    public async Task A_model_is_loaded_by_whoever_asks_it_and_deleted_only_when_it_is_not_loaded()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("owner/repo/a.gguf");
        await models.StartAsync();
        await models.Http.PostOkAsync("/v1/chat/completions", """{"model": "owner--repo--a", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 2}""");
        Assert.True((await models.Http.PostOkAsync("/models/pin", """{"model": "owner--repo--a", "pinned": true}""")).GetProperty("pinned").GetBoolean());
        Assert.Equal((HttpStatusCode.Conflict, "model_in_use"), await DeleteAsync(models.Http, "owner--repo--a"));
        Assert.Equal("unloaded", State(await models.Http.PostOkAsync("/models/unload", """{"model": "owner--repo--a"}""")));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_value"), await DeleteAsync(models.Http, "owner--repo--a:legal")); // what deletes a fine-tuned model elsewhere
        Assert.True(File.Exists(file));
        Assert.Equal((HttpStatusCode.OK, null), await DeleteAsync(models.Http, "owner--repo--a"));
        Assert.False(Directory.Exists(Path.GetDirectoryName(file)));
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), await DeleteAsync(models.Http, "owner--repo--a"));
        await models.Http.PostOkAsync("/models/unload", """{"model": "seed-chat"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_value"), await DeleteAsync(models.Http, "seed-chat")); // not a file of the folder
        Assert.True(File.Exists(ModelHostFixture.ChatModelPath));
    }

    [Fact]
    public async Task A_file_that_somebody_removed_is_no_model_any_more()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("a.gguf");
        await models.StartAsync();
        await models.Http.PostOkAsync("/models/pin", """{"model": "a", "pinned": true}""");
        File.Delete(file);
        var (status, body) = await models.Http.PostAsync("/v1/chat/completions", """{"model": "a", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 2}""");
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        File.Copy(ModelHostFixture.ChatModelPath, file);
        await models.Http.PostOkAsync("/models/load", """{"model": "a"}""");
    }

    [Fact]
    public async Task Pins_and_how_models_are_loaded_outlive_the_service_until_they_are_changed()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("a.gguf");
        await models.StartAsync();
        await models.Http.PostOkAsync("/models/load", """{"model": "a", "context_tokens": 512, "rope": {"type": "yarn", "factor": 2}}""");
        await models.Http.PostOkAsync("/models/pin", """{"model": "a", "pinned": true}""");
        await models.Http.PostOkAsync("/models/pin", """{"model": "seed-chat", "pinned": false}"""); // configured, and so pinned unless somebody says otherwise
        await models.StartAsync();
        var card = await models.Http.GetOkAsync("/v1/models/a");
        Assert.Equal((true, 512), (card.GetProperty("pinned").GetBoolean(), card.GetProperty("meta").GetProperty("n_ctx").GetInt32()));
        Assert.Equal("""{"context_tokens":512,"rope":{"type":"yarn","factor":2,"base":null}}""", card.GetProperty("settings").GetRawText());
        Assert.Equal((true, false), (card.GetProperty("deletable").GetBoolean(), (await models.Http.GetOkAsync("/v1/models/seed-chat")).GetProperty("deletable").GetBoolean()));
        Assert.False((await models.Http.GetOkAsync("/v1/models/seed-chat")).GetProperty("pinned").GetBoolean());
        Assert.Equal(512, (await models.Http.PostOkAsync("/models/load", """{"model": "a"}""")).GetProperty("meta").GetProperty("n_ctx").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await models.Http.PostAsync("/models/load", """{"model": "a", "usual": true, "context_tokens": 16}""")).Status);
        Assert.Equal(256, (await models.Http.PostOkAsync("/models/load", """{"model": "a", "usual": true}""")).GetProperty("meta").GetProperty("n_ctx").GetInt32());
        await models.StartAsync();
        Assert.False((await models.Http.GetOkAsync("/v1/models/a")).TryGetProperty("settings", out _));
        await models.Http.PostOkAsync("/models/load", """{"model": "a", "context_tokens": 16}""");
        await models.Http.PostOkAsync("/models/unload", """{"model": "a"}""");
        await models.Http.DeleteAsync(new Uri("/v1/models/a", UriKind.Relative), Cancellation);
        File.Copy(ModelHostFixture.ChatModelPath, file);
        Assert.Equal((false, 256), ((await models.Http.GetOkAsync("/v1/models/a")).GetProperty("pinned").GetBoolean(), (await models.Http.GetOkAsync("/v1/models/a")).GetProperty("meta").GetProperty("n_ctx").GetInt32())); // another model of the same name
    }

    [Fact]
    public async Task A_loaded_model_whose_file_becomes_another_is_told_as_it_was_loaded()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("a.gguf");
        await models.StartAsync();
        var loaded = await models.Http.PostOkAsync("/models/load", """{"model": "a", "context_tokens": 512, "rope": {"type": "yarn", "factor": 2}}""");
        File.Copy(ModelHostFixture.EmbeddingModelPath, file + ".part");
        File.Move(file + ".part", file, overwrite: true); // its settings hold for no model that embeds
        var listed = (await models.Http.GetOkAsync("/v1/models")).GetProperty("data").EnumerateArray().Single(m => m.GetProperty("id").GetString() == "a");
        foreach (var told in (string[])["n_ctx", "needs_bytes"])
        {
            JsonElement Of(JsonElement card) => told == "n_ctx" ? card.GetProperty("meta").GetProperty(told) : card.GetProperty(told);
            Assert.Equal(Of(loaded).GetInt64(), Of(listed).GetInt64());
        }
    }

    [Fact]
    public async Task What_would_not_fit_is_said_before_with_the_numbers_and_refused_with_them()
    {
        await using var models = new ModelFolderHost();
        models.Add("a.gguf");
        await models.StartAsync(("Engine:Slots", "16"));
        var needs = (await models.Http.GetOkAsync("/v1/models/a")).GetProperty("needs_bytes").GetInt64();
        var taken = (await models.Http.GetOkAsync("/memory")).GetProperty("uses").EnumerateArray().Sum(use => use.GetProperty("bytes").GetInt64());
        await models.StartAsync(("Engine:Slots", "16"), ("Engine:MemoryMebibytes", $"{(taken + needs * 7 / 8) >> 20}"));
        var fit = await models.Http.PostOkAsync("/memory/fit", """{"model": "a"}""");
        var memory = await models.Http.GetOkAsync("/memory");
        Assert.Equal((false, memory.GetProperty("free_bytes").GetInt64()), (fit.GetProperty("fits").GetBoolean(), fit.GetProperty("free_bytes").GetInt64()));
        Assert.Equal(fit.GetProperty("needs_bytes").GetInt64(), fit.GetProperty("uses").EnumerateArray().Sum(use => use.GetProperty("bytes").GetInt64()));
        var (status, refusal) = await models.Http.PostAsync("/models/load", """{"model": "a"}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "out_of_memory"), (status, refusal.Code()));
        Assert.Equal(fit.GetProperty("reason").GetString(), refusal.GetProperty("error").GetProperty("message").GetString());
        Assert.True((await models.Http.PostOkAsync("/memory/fit", """{"model": "a", "context_tokens": 16}""")).GetProperty("fits").GetBoolean());
        Assert.Equal(16, (await models.Http.PostOkAsync("/models/load", """{"model": "a", "context_tokens": 16}""")).GetProperty("meta").GetProperty("n_ctx").GetInt32());
    }

    [Fact]
    public async Task A_longer_context_wants_rope_scaling_and_then_reads_more()
    {
        await using var models = new ModelFolderHost();
        models.Add("a.gguf");
        await models.StartAsync();
        var (status, refusal) = await models.Http.PostAsync("/models/load", """{"model": "a", "context_tokens": 1024}""");
        Assert.Equal((HttpStatusCode.BadRequest, "context_tokens"), (status, refusal.GetProperty("error").GetProperty("param").GetString()));
        foreach (var rope in (string[])["yarn", "linear"])
        {
            var loaded = await models.Http.PostOkAsync("/models/load", $$$"""{"model": "a", "context_tokens": 1024, "rope": {"type": "{{{rope}}}", "factor": 4}}""");
            Assert.Equal(1024, loaded.GetProperty("meta").GetProperty("n_ctx").GetInt32());
            var words = string.Join(' ', Enumerable.Repeat("leave", 400));
            var answer = await models.Http.PostOkAsync("/v1/completions", $$"""{"model": "a", "prompt": "{{words}}", "max_tokens": 4}""");
            Assert.True(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 300);
        }

        Assert.Equal(256, (await models.Http.PostOkAsync("/models/load", """{"model": "a", "context_tokens": 256}""")).GetProperty("meta").GetProperty("n_ctx").GetInt32());
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused()
    {
        await using var models = new ModelFolderHost();
        models.Add("a.gguf");
        await models.StartAsync();
        foreach (var (path, body, param, status) in ((string, string, string, HttpStatusCode)[])
        [
            ("/models/load", "{}", "model", HttpStatusCode.BadRequest),
            ("/models/load", """{"model": "absent"}""", "model", HttpStatusCode.NotFound),
            ("/models/load", """{"model": "../a"}""", "model", HttpStatusCode.NotFound),
            ("/models/load", """{"model": "a", "rope": {"type": "long"}}""", "rope.type", HttpStatusCode.BadRequest),
            ("/memory/fit", """{"model": "a", "context_tokens": 512, "rope": {"type": "yarn"}}""", "rope.factor", HttpStatusCode.BadRequest),
            ("/models/load", """{"model": "a", "rope": {"type": "yarn", "factor": 1000}}""", "rope.factor", HttpStatusCode.BadRequest),
            ("/models/load", """{"model": "a", "rope": {"type": "yarn", "factor": 2, "base": -1}}""", "rope.base", HttpStatusCode.BadRequest),
            ("/models/load", """{"model": "a", "context_tokens": 0}""", "context_tokens", HttpStatusCode.BadRequest),
            ("/models/unload", """{"model": ""}""", "model", HttpStatusCode.BadRequest),
            ("/models/pin", """{"model": "a"}""", "pinned", HttpStatusCode.BadRequest),
            ("/models/default", """{"model": "seed-embed"}""", "model", HttpStatusCode.BadRequest),
            ("/models/default", """{"model": "seed-chat:legal"}""", "model", HttpStatusCode.BadRequest),
            ("/memory/fit", """{"model": 5}""", "model", HttpStatusCode.BadRequest),
        ])
        {
            var (found, answer) = await models.Http.PostAsync(path, body);
            Assert.Equal((status, param), (found, answer.GetProperty("error").GetProperty("param").GetString()));
        }
    }

    [Fact]
    public async Task A_damaged_file_is_listed_as_failed_with_the_reason_and_takes_nothing_else_along()
    {
        await using var models = new ModelFolderHost();
        await File.WriteAllTextAsync(Path.Combine(models.Folder, "broken.gguf"), "this is no model file at all", Cancellation);
        await models.StartAsync();
        var card = await models.Http.GetOkAsync("/v1/models/broken");
        Assert.Equal(("failed", JsonValueKind.Null, 0), (State(card), card.GetProperty("meta").ValueKind, card.GetProperty("capabilities").GetArrayLength()));
        Assert.Equal(28, card.GetProperty("size").GetInt64());
        Assert.Contains("GGUF", card.GetProperty("status").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await models.Http.PostAsync("/models/load", """{"model": "broken"}""")).Status);
        Assert.Equal("seed-chat", await FirstChatAsync(models.Http));
    }

    [Fact]
    public async Task A_model_without_a_template_is_listed_with_what_it_can_do()
    {
        await using var models = new ModelFolderHost();
        var file = models.Add("plain.gguf");
        var bytes = await File.ReadAllBytesAsync(file, Cancellation);
        var at = bytes.AsSpan().IndexOf("tokenizer.chat_template"u8) + "tokenizer.chat_template".Length + sizeof(uint);
        bytes.AsSpan(at + sizeof(ulong), (int)BitConverter.ToUInt64(bytes, at)).Fill((byte)' ');
        await File.WriteAllBytesAsync(file, bytes, Cancellation);
        await models.StartAsync();
        Assert.Equal("""["completion","json_schema"]""", (await models.Http.GetOkAsync("/v1/models/plain")).GetProperty("capabilities").GetRawText());
        await models.Http.PostOkAsync("/v1/completions", """{"model": "plain", "prompt": "The river", "max_tokens": 1, "json_schema": {"type": "boolean"}}""");
        var (status, refusal) = await models.Http.PostAsync("/v1/chat/completions", """{"model": "plain", "messages": [{"role": "user", "content": "a"}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "messages"), (status, refusal.GetProperty("error").GetProperty("param").GetString()));
    }

    private static string? State(JsonElement card) => card.GetProperty("status").GetProperty("value").GetString();

    private static async Task<string?> FirstChatAsync(HttpClient http)
    {
        var cards = (await http.GetOkAsync("/v1/models")).GetProperty("data").EnumerateArray().ToList();
        var first = cards.First(card => card.GetProperty("capabilities").EnumerateArray().Any(c => c.GetString() == "chat"));
        Assert.True(first.GetProperty("default").GetBoolean());
        Assert.Single(cards, card => card.GetProperty("default").GetBoolean());
        return first.GetProperty("id").GetString();
    }

    private static async Task<JsonElement> HashedAsync(HttpClient http, string id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        for (; ; )
        {
            var card = await http.GetOkAsync("/v1/models/" + id);
            if (card.GetProperty("sha256").ValueKind == JsonValueKind.String)
            {
                return card;
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task<(HttpStatusCode Status, string? Code)> DeleteAsync(HttpClient http, string id)
    {
        using var response = await http.DeleteAsync(new Uri("/v1/models/" + id, UriKind.Relative), Cancellation);
        return (response.StatusCode, response.IsSuccessStatusCode ? null : (await Calls.ReadAsync(response)).Code());
    }
}
