using System.Text.Json.Nodes;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>A chat completion that an agent gives: a run whose answer is told as OpenAI's clients expect it. A caller that leaves stops the run, unless it waits for a person.</summary>
internal sealed class AgentCompletion(AgentRuns starter, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http, RequestFields request, string model)
    {
        Refuse(request);
        var gone = http.RequestAborted;
        var input = ChatInput.Of(request, "messages");
        var run = await starter.StartAsync(http.User, model, input, null, null, gone, request.Text("time_zone"), field: "model", mostTokens: MostTokens(request));
        http.Response.Headers["x-run-id"] = run.Id.ToString();
        AgentAnswer answer = new(run, input.Question);
        var events = starter.AnswerAsync(CurrentCaller.From(http.User), answer, gone);
        if (request.Flag("stream") == true)
        {
            await StreamAsync(http, events, new CompletionChunks(model, run.CreatedAt, request.Object("stream_options")?.Flag("include_usage") == true, answer), answer);
        }
        else
        {
            await AnswerAsync(http, events, model, answer);
        }
    }

    private static async Task AnswerAsync(HttpContext http, IAsyncEnumerable<RunEvent> events, string model, AgentAnswer answer)
    {
        await foreach (var _ in events)
        {
            continue; // folded into the answer as they come
        }

        if (answer.Error is { } error)
        {
            throw new RunException(error.Kind, error.Message);
        }

        await http.Response.WriteAsJsonAsync(Whole(model, answer), RunJson.Options, http.RequestAborted);
    }

    private async Task StreamAsync(HttpContext http, IAsyncEnumerable<RunEvent> events, CompletionChunks chunks, AgentAnswer answer)
    {
        List<JsonObject> early = [chunks.First];
        await foreach (var happened in EventStream.WithPausesAsync(events, time, http.RequestAborted))
        {
            early.AddRange(happened is null ? [] : chunks.Of(happened));
            if (answer.Error is { } error)
            {
                await FailAsync(http, new RunException(error.Kind, error.Message));
                return;
            }

            // What fails at once, before anything was done, is told by the status.
            if (happened is null || happened.Name != "run.status" || http.Response.HasStarted || answer.HasEnded)
            {
                await SendAsync(http, early, happened is null ? EventStream.Ping : "");
            }
        }

        early.AddRange(chunks.Last());
        await SendAsync(http, early, "data: [DONE]\n\n");
    }

    private static async Task FailAsync(HttpContext http, RunException failure)
    {
        if (!http.Response.HasStarted)
        {
            throw failure;
        }

        await EventStream.SendAsync(http, EventStream.Error(http, Problems.Of(failure)));
    }

    private static async Task SendAsync(HttpContext http, List<JsonObject> chunks, string end)
    {
        if (!http.Response.HasStarted)
        {
            await EventStream.BeginAsync(http);
        }

        await EventStream.SendAsync(http, string.Concat(chunks.Select(EventStream.Data)) + end);
        chunks.Clear();
    }

    private static JsonObject Whole(string model, AgentAnswer answer) => new()
    {
        ["id"] = "chatcmpl-" + answer.Run.Id.ToString("N"), ["object"] = "chat.completion", ["created"] = answer.Run.CreatedAt.ToUnixTimeSeconds(), ["model"] = model,
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0, ["logprobs"] = null, ["finish_reason"] = answer.FinishReason,
            ["message"] = Message(answer),
        }),
        ["usage"] = answer.Usage, ["run"] = answer.Extension,
    };

    private static JsonObject Message(AgentAnswer answer)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Content, ["refusal"] = null, ["annotations"] = AgentAnswer.AnnotationsOf(answer.Citations) };
        if (answer.Thoughts.Length > 0)
        {
            message["reasoning_content"] = answer.Thoughts;
        }

        return message;
    }

    /// <summary>The longest answer, under either of OpenAI's names.</summary>
    private static int? MostTokens(RequestFields request)
    {
        var name = request.Number("max_completion_tokens") is not null ? "max_completion_tokens" : "max_tokens";
        return request.Number(name) is { } most and < 1 ? throw RefusedRequestException.Of(name, $"An answer has at least 1 token; {most} were asked for.") : request.Number(name);
    }

    /// <summary>What an agent cannot be asked for is refused; how its model is sampled is its own, and what a request says of that is ignored.</summary>
    private static void Refuse(RequestFields request)
    {
        if (request.List("tools") is { Count: > 0 })
        {
            throw RefusedRequestException.Of("tools", "An agent has its own tools and calls them itself; it takes none from a request.", "unsupported_parameter");
        }

        if (request.Object("response_format")?.Text("type") is { } type && type != "text")
        {
            throw RefusedRequestException.Of("response_format", $"An agent answers in text; '{RequestFields.Short(type)}' is not taken.", "unsupported_parameter");
        }

        if (request.Body["stop"] is { } stop && stop is not JsonArray { Count: 0 })
        {
            throw RefusedRequestException.Of("stop", "What ends an agent's texts is set in the agent: it writes calls and plans too, which a request's own stop texts would cut.", "unsupported_parameter");
        }

        if (request.Number("n") is { } n && n != 1)
        {
            throw RefusedRequestException.Of("n", $"One answer is given; {n} were asked for.", "unsupported_parameter");
        }

        if (request.Flag("logprobs") == true)
        {
            throw RefusedRequestException.Of("logprobs", "An agent tells no log probabilities.", "unsupported_parameter");
        }
    }
}
