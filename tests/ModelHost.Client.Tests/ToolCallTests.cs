using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Tests;

/// <summary>Tools on their way out, calls on their way back, and both in the history.</summary>
public sealed class ToolCallTests
{
    private static readonly AIFunctionDeclaration Find = AIFunctionFactory.CreateDeclaration("find", "Finds.", JsonDocument.Parse("""{"type":"object","properties":{"q":{"type":"string"}}}""").RootElement);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?, string> Modes => new()
    {
        { "auto", "\"auto\"", "null" }, { "none", "\"none\"", "true" }, { "any", "\"required\"", "false" }, { "find", """{"type":"function","function":{"name":"find"}}""", "null" }, { "", null, "null" },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Tools_are_sent_with_their_schemas_and_how_they_may_be_used(string mode, string? choice, string parallel)
    {
        await using var engine = await EngineAsync(Chunk("""{"content":"a"}"""), End("stop"));
        await engine.Chat.GetResponseAsync("hi", new ChatOptions
        {
            ModelId = "m", Tools = [Find], AllowMultipleToolCalls = JsonSerializer.Deserialize<bool?>(parallel),
            ToolMode = mode switch { "auto" => ChatToolMode.Auto, "none" => ChatToolMode.None, "any" => ChatToolMode.RequireAny, "" => null, _ => ChatToolMode.RequireSpecific(mode) },
        }, Cancellation);
        var sent = engine.Requests.Single();
        Assert.Equal("""[{"type":"function","function":{"name":"find","description":"Finds.","parameters":{"type":"object","properties":{"q":{"type":"string"}}}}}]""", sent.GetProperty("tools").GetRawText());
        Assert.Equal(choice, sent.TryGetProperty("tool_choice", out var chosen) ? chosen.GetRawText() : null);
        Assert.Equal(parallel, sent.TryGetProperty("parallel_tool_calls", out var several) ? several.GetRawText() : "null");
    }

    [Fact]
    public async Task Two_calls_in_fragments_come_back_whole_and_in_order()
    {
        await using var engine = await EngineAsync(
            Chunk("""{"reasoning_content":"hm"}"""),
            Chunk("""{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"find","arguments":""}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\": \"年"}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"假\", \"n\": 2}"}},{"index":1,"id":"c2","function":{"name":"now"}}]}"""),
            End("tool_calls"));
        var response = await engine.Chat.GetResponseAsync("hi", new ChatOptions { ModelId = "m", Tools = [Find] }, Cancellation);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        Assert.Equal([("c1", "find"), ("c2", "now")], calls.Select(call => (call.CallId, call.Name)));
        Assert.Equal(("年假", 2), (((JsonElement)calls[0].Arguments!["q"]!).GetString(), ((JsonElement)calls[0].Arguments!["n"]!).GetInt32()));
        Assert.Empty(calls[1].Arguments!);
    }

    [Fact]
    public async Task How_much_of_a_call_is_written_is_told_before_it_is_whole()
    {
        await using var engine = await EngineAsync(
            Chunk("""{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"find","arguments":""}}]}"""), Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\":"}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":" 1}"}}]}"""), End("tool_calls"));
        var updates = await engine.Chat.GetStreamingResponseAsync("hi", new ChatOptions { ModelId = "m", Tools = [Find] }, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([new("find", 4), new("find", 5), new CallProgress("find", 3)], updates.TakeWhile(update => update.Contents.Count == 0).Select(update => update.AdditionalProperties?.GetValueOrDefault(ChatUpdateKeys.CallProgress)).OfType<CallProgress>());
    }

    [Theory]
    [InlineData("{\\\"q\\\": ", "{\"q\": ")]
    [InlineData("[1]", "[1]")]
    [InlineData("find it", "find it")]
    public async Task Arguments_that_are_no_json_object_are_kept_as_they_are_and_sent_back(string written, string raw)
    {
        await using var engine = await EngineAsync(Chunk($$$"""{"tool_calls":[{"index":0,"id":"c1","function":{"name":"find","arguments":"{{{written}}}"}}]}"""), End("tool_calls"));
        var options = new ChatOptions { ModelId = "m", Tools = [Find] };
        var response = await engine.Chat.GetResponseAsync("hi", options, Cancellation);
        var call = Assert.Single(response.Messages.Single().Contents.OfType<FunctionCallContent>());
        Assert.Null(call.Arguments);
        Assert.NotNull(call.Exception);
        Assert.Equal(raw, call.AdditionalProperties![ChatUpdateKeys.RawArguments]);
        await engine.Chat.GetResponseAsync([new(ChatRole.User, "hi"), .. response.Messages, new(ChatRole.Tool, [new FunctionResultContent("c1", "?")])], options, Cancellation);
        Assert.Equal(raw, engine.Requests.Last().GetProperty("messages")[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Calls_and_results_in_the_history_are_sent_as_the_api_has_them()
    {
        await using var engine = await EngineAsync(Chunk("""{"content":"a"}"""), End("stop"));
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant, [new TextContent("Looking."), new FunctionCallContent("c1", "find", new Dictionary<string, object?> { ["q"] = "年假" }), new FunctionCallContent("c2", "now")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", new { found = 2 }), new FunctionResultContent("c2", null) { Exception = new InvalidOperationException("no clock") }]),
        ];
        await engine.Chat.GetResponseAsync(messages, new ChatOptions { ModelId = "m" }, Cancellation);
        Assert.Equal(JsonSerializer.Serialize(JsonDocument.Parse("""
            [{"role":"user","content":"hi"},
             {"role":"assistant","content":"Looking.","tool_calls":[{"id":"c1","type":"function","function":{"name":"find","arguments":"{\"q\":\"年假\"}"}},{"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"{\"found\":2}"},{"role":"tool","tool_call_id":"c2","content":"Error: no clock"}]
            """)), JsonSerializer.Serialize(engine.Requests.Single().GetProperty("messages")));
    }

    [Fact]
    public async Task A_service_that_numbers_every_call_the_same_or_gives_no_reason_is_understood()
    {
        await using var engine = await EngineAsync(
            Chunk("""{"tool_calls":[{"id":"c1","function":{"name":"find","arguments":"{}"}}]}"""), Chunk("""{"tool_calls":[{"id":"c2","function":{"name":"now","arguments":"{}"}}]}"""));
        var response = await engine.Chat.GetResponseAsync("hi", new ChatOptions { ModelId = "m", Tools = [Find] }, Cancellation);
        Assert.Equal(["c1", "c2"], response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => call.CallId));
    }

    [Fact]
    public async Task Calls_without_end_are_refused()
    {
        await using var engine = await EngineAsync([.. Enumerable.Range(0, 300).Select(i => Chunk($$$"""{"tool_calls":[{"index":{{{i}}},"id":"c{{{i}}}","function":{"name":"f"}}]}"""))]);
        Assert.Equal(ModelHostErrorKind.Failed, (await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync("hi", new ChatOptions { ModelId = "m" }, Cancellation))).Kind);
    }

    [Fact]
    public async Task A_tool_message_without_a_result_is_refused()
    {
        await using var engine = await EngineAsync();
        await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync([new ChatMessage(ChatRole.Tool, "text")], new ChatOptions { ModelId = "m" }, Cancellation));
        Assert.Empty(engine.Requests);
    }

    private static Task<LocalEngine> EngineAsync(params string[] events) => LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, string.Concat(events) + "data: [DONE]\n\n"));

    private static string Chunk(string delta) => $$$"""data: {"id":"r1","created":5,"model":"m","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":null}]}""" + "\n\n";

    private static string End(string reason) => $$$"""data: {"id":"r1","created":5,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}]}""" + "\n\n";
}
