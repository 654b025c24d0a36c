using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Responses;
using Platform.Fakes;

#pragma warning disable OPENAI001 // the SDK marks this API as new

namespace Platform.Conformance.Tests;

/// <summary>The Responses client of OpenAI's own .NET SDK, pointed at the real service.</summary>
public sealed class ResponsesSdkTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static CreateResponseOptions Hello => new(ModelHostFixture.ChatModel, [ResponseItem.CreateUserMessageItem("hello")]) { Temperature = 0, MaxOutputTokenCount = 12 };

    [Fact]
    public async Task It_responds_with_text_and_usage()
    {
        var options = Hello;
        options.Instructions = "Answer.";
        options.Metadata["a"] = "b";
        options.StoredOutputEnabled = true;
        var response = (await Client().CreateResponseAsync(options, Cancellation)).Value;
        Assert.StartsWith("resp_", response.Id, StringComparison.Ordinal);
        Assert.NotEmpty(response.GetOutputText());
        Assert.Contains(response.Status, new ResponseStatus?[] { ResponseStatus.Completed, ResponseStatus.Incomplete });
        Assert.Equal(response.Usage.TotalTokenCount, response.Usage.InputTokenCount + response.Usage.OutputTokenCount);
        Assert.Equal("b", response.Metadata["a"]);
    }

    [Fact]
    public async Task It_streams_what_it_responds_whole()
    {
        var whole = (await Client().CreateResponseAsync(Hello, Cancellation)).Value.GetOutputText();
        var updates = await StreamAsync(Hello);
        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
        Assert.Equal(whole, string.Concat(updates.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(update => update.Delta)));
        Assert.Equal(whole, Last(updates).GetOutputText());
    }

    [Fact]
    public async Task It_calls_a_function_and_takes_its_result()
    {
        var options = new CreateResponseOptions(ModelHostFixture.ChatModel, [ResponseItem.CreateUserMessageItem("hello")]) { ToolChoice = ResponseToolChoice.CreateFunctionChoice("find"), ParallelToolCallsEnabled = false };
        options.Tools.Add(ResponseTool.CreateFunctionTool("find", BinaryData.FromString("""{"type":"object","properties":{"n":{"enum":[1,2]}},"required":["n"],"additionalProperties":false}"""), true, "Finds."));
        var updates = await StreamAsync(options);
        var done = Assert.Single(updates.OfType<StreamingResponseFunctionCallArgumentsDoneUpdate>());
        var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(Last(updates).OutputItems));
        Assert.Equal(("find", done.FunctionArguments.ToString()), (call.FunctionName, call.FunctionArguments.ToString()));
        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        Assert.InRange(arguments.RootElement.GetProperty("n").GetInt32(), 1, 2);
        var next = new CreateResponseOptions(ModelHostFixture.ChatModel, [ResponseItem.CreateUserMessageItem("hello"), call, ResponseItem.CreateFunctionCallOutputItem(call.CallId, "done")]) { MaxOutputTokenCount = 2 };
        Assert.Null((await Client().CreateResponseAsync(next, Cancellation)).Value.Error);
    }

    [Fact]
    public async Task It_follows_a_schema()
    {
        var options = Hello;
        options.MaxOutputTokenCount = null;
        options.TextOptions = new ResponseTextOptions { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("x", BinaryData.FromString("""{"enum":["never","ever"]}"""), null, true) };
        Assert.Matches("^\"n?ever\"$", (await Client().CreateResponseAsync(options, Cancellation)).Value.GetOutputText());
    }

    [Fact]
    public async Task It_says_that_it_keeps_no_responses()
    {
        var options = Hello;
        options.PreviousResponseId = "resp_1";
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => Client().CreateResponseAsync(options, Cancellation));
        Assert.Equal(400, refusal.Status);
        Assert.Contains("previous_response_id", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<List<StreamingResponseUpdate>> StreamAsync(CreateResponseOptions options)
    {
        options.StreamingEnabled = true;
        var updates = new List<StreamingResponseUpdate>();
        await foreach (var update in await Client().CreateResponseStreamingAsync(options, Cancellation))
        {
            updates.Add(update);
        }

        return updates;
    }

    private static ResponseResult Last(List<StreamingResponseUpdate> updates) =>
        updates[^1] is StreamingResponseCompletedUpdate completed ? completed.Response : Assert.IsType<StreamingResponseIncompleteUpdate>(updates[^1]).Response;

    private ResponsesClient Client() => new(
        new ApiKeyCredential(running.Host.ApiKey),
        new ResponsesClientOptions { Endpoint = new Uri(running.Host.Endpoint, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
}
