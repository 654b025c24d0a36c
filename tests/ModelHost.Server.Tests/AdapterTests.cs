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
        _host = await ModelHostFixture.StartAsync(("Engine:AdapterDirectory", _folder));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Adapters_are_listed_by_name_number_and_model_id()
    {
        Assert.Equal(("legal", 3), (await GetAsync("/v1/adapters")).GetProperty("data")[0] is var adapter ? (adapter.GetProperty("name").GetString(), adapter.GetProperty("version").GetInt32()) : default);
        Assert.Equal("""[{"id":0,"path":"legal@3","scale":0}]""", (await GetAsync("/lora-adapters")).GetRawText());
        var card = (await GetAsync("/v1/models")).GetProperty("data").EnumerateArray().Single(model => model.GetProperty("id").GetString() == "seed-chat:legal@3");
        Assert.Equal(("seed-chat", "adapters/legal/3"), (card.GetProperty("parent").GetString(), card.GetProperty("root").GetString()));
        Assert.Equal(card.GetRawText(), (await GetAsync("/v1/models/seed-chat:legal@3")).GetRawText());
    }

    [Theory]
    [InlineData("\"model\": \"seed-chat\", \"lora\": [{\"id\": 0}]")]
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
    [InlineData("\"model\": \"seed-chat\", \"lora\": [{\"id\": 7}]")]
    [InlineData("\"model\": \"seed-chat:absent\"")]
    public async Task An_adapter_that_is_not_there_is_404(string fields) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Http.PostAsync("/v1/completions", "{\"prompt\": \"a\", " + fields + "}")).Status);

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _host.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return await Calls.ReadAsync(response);
    }
}
