using System.Net;
using System.Text.Json;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>The registry of adapters as callers see it. That adapters work is the engine's to prove.</summary>
public sealed class AdapterTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adapters").FullName;
    private ModelHostFixture _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "legal"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "legal", "3.gguf"), "no adapter", Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "style.gguf"), AdapterRig.Adapter(1), Cancellation);
        _host = await ModelHostFixture.StartAsync(("Engine:AdapterDirectory", _folder));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestFolders.DeleteAsync(_folder);
    }

    [Fact]
    public async Task Adapters_are_listed_by_name_number_and_model_id_where_they_can_be_used()
    {
        var all = (await GetAsync("/v1/adapters")).GetProperty("data").EnumerateArray().ToDictionary(adapter => adapter.GetProperty("name").GetString()!);
        Assert.Equal(["legal", "style"], all.Keys.Order(StringComparer.Ordinal)); // a registry hides no file of it
        Assert.Equal("""[{"id":0,"path":"style","scale":0}]""", (await GetAsync("/lora-adapters")).GetRawText());
        var card = Assert.Single((await GetAsync("/v1/models")).GetProperty("data").EnumerateArray(), model => model.GetProperty("parent").ValueKind == JsonValueKind.String);
        Assert.Equal(("seed-chat:style", "seed-chat", "adapters/style/0"), (card.GetProperty("id").GetString(), card.GetProperty("parent").GetString(), card.GetProperty("root").GetString()));
        Assert.Equal(card.GetRawText(), (await GetAsync("/v1/models/seed-chat:style")).GetRawText());
    }

    [Fact]
    public async Task What_is_told_of_an_adapter_does_not_change_by_using_it()
    {
        var before = (await GetAsync("/v1/adapters")).GetProperty("data")[1];
        var answer = await _host.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat:style", "prompt": "a", "max_tokens": 1}""");
        Assert.Equal("seed-chat:style", answer.GetProperty("model").GetString());
        var after = (await GetAsync("/v1/adapters")).GetProperty("data")[1];
        Assert.Equal((false, true), (before.GetProperty("is_loaded").GetBoolean(), after.GetProperty("is_loaded").GetBoolean()));
        Assert.Equal(new FileInfo(Path.Combine(_folder, "style.gguf")).Length, before.GetProperty("size").GetInt64());
        Assert.Equal(before.GetProperty("size").GetInt64(), after.GetProperty("size").GetInt64());
        Assert.Equal(before.GetProperty("created_at").GetInt64(), after.GetProperty("created_at").GetInt64());
    }

    [Theory]
    [InlineData("\"model\": \"seed-chat\", \"lora\": [{\"id\": \"legal@3\"}]")]
    [InlineData("\"model\": \"seed-chat\", \"lora\": [{\"id\": \"legal\", \"scale\": 0.5}]")]
    [InlineData("\"model\": \"seed-chat:legal@3\"")]
    public async Task A_broken_adapter_is_refused_by_its_name_however_it_was_asked_for(string fields)
    {
        var (status, body) = await _host.Http.PostAsync("/v1/completions", "{\"prompt\": \"a\", " + fields + "}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var message = body.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("legal", message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"model\": \"seed-chat\", \"lora\": [{\"id\": 7}]", HttpStatusCode.NotFound, "lora")]
    [InlineData("\"model\": \"seed-chat:absent\"", HttpStatusCode.NotFound, "model")]
    [InlineData("\"model\": \"seed-chat:\"", HttpStatusCode.BadRequest, "model")]
    public async Task An_adapter_that_is_not_there_is_refused_by_the_field_that_names_it(string fields, HttpStatusCode status, string param)
    {
        var refused = await _host.Http.PostAsync("/v1/completions", "{\"prompt\": \"a\", " + fields + "}");
        Assert.Equal((status, param), (refused.Status, refused.Body.GetProperty("error").GetProperty("param").GetString()));
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _host.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return await Calls.ReadAsync(response);
    }
}
