using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Tests.Engines;

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

    [Fact]
    public async Task An_answer_that_ends_with_an_error_ends_there_and_leaves_its_engine_in()
    {
        await using var server = await ScriptedEngine.StartAsync();
        await using var engines = ManyEngines.Of((server.Endpoint, ""));
        await engines.Models.ListAsync(TestContext.Current.CancellationToken);
        const string Told = """{"error":{"message":"It cannot go on.","type":"server_error","code":"internal_error"}}""";
        server.Answer = async http =>
        {
            await LocalEngine.StreamAsync(http, ScriptedEngine.Says("half"));
            await LocalEngine.StreamAsync(http, $"data: {Told}\n\n");
        };
        List<RelayedItem> items = [];
        await foreach (var item in await engines.Relay.StreamAsync("/v1/chat/completions", "m", new JsonObject { ["stream"] = true }, "anna", isAdministrator: false, TestContext.Current.CancellationToken)) { items.Add(item); }
        Assert.Equal(Told, items[^1].Text);
        Assert.Equal((EngineState.Ready, 0, 0), (engines.Report("a").State, engines.Report("a").FailuresInARow, engines.Report("a").InFlight));
    }

    /// <summary>Foreign engines write the field first and null, behind others, or as a text; and an answer may speak of errors.</summary>
    [Theory]
    [InlineData("""{"error":{"message":"no"}}""", true)]
    [InlineData("""{ "error" : {"message":"no"}}""", true)]
    [InlineData("""{"id":"1","choices":[],"error":{"code":502}}""", true)]
    [InlineData("""{"error":"no"}""", true)]
    [InlineData("""{"error":null,"id":"1","choices":[]}""", false)]
    [InlineData("""{"choices":[{"delta":{"content":"{\"error\": {}}"}}]}""", false)]
    [InlineData("half \"error\"", false)]
    public void An_error_is_told_by_its_field_wherever_it_stands(string text, bool isFailure) => Assert.Equal(isFailure, new RelayedItem(text, IsComment: false, Event: null).IsFailure);

    private static async Task<string?> AskedAsync(string models)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, http.Request.Path == "/v1/models" ? models : "{}"));
        await engine.Relay.AskAsync("/v1/chat/completions", "m", new JsonObject { ["user"] = "a name of its own", ["messages"] = new JsonArray() }, "anna", isAdministrator: false, TestContext.Current.CancellationToken);
        return engine.Requests.Last().GetProperty("user").GetString();
    }
}
