using System.Text.Json.Nodes;

namespace Platform.ModelHost.Client.Tests;

/// <summary>Requests of programs on their way.</summary>
public sealed class EngineRelayTests
{
    [Fact]
    public async Task Our_own_service_is_told_who_asks_and_no_other_is()
    {
        var (own, foreign) = (await AskedAsync(LocalEngine.OwnModels), await AskedAsync("""{"data":[{"id":"m"}]}"""));
        Assert.Equal(AskedBy.Name("anna"), own);
        Assert.Equal("a name of its own", foreign);
    }

    private static async Task<string?> AskedAsync(string models)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, http.Request.Path == "/v1/models" ? models : "{}"));
        await engine.Relay.AskAsync("/v1/chat/completions", "m", new JsonObject { ["user"] = "a name of its own", ["messages"] = new JsonArray() }, "anna", TestContext.Current.CancellationToken);
        return engine.Requests.Last().GetProperty("user").GetString();
    }
}
