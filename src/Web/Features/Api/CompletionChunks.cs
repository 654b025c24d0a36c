using System.Text;
using System.Text.Json.Nodes;
using Platform.Agents.Acting;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Api;

/// <summary>Tells a run as chunks of a chat completion. What a model writes before it calls a tool is not the answer, and a chunk cannot be taken back: while tools are on offer the beginning of a text is held until it is clear what it is.</summary>
internal sealed class CompletionChunks(string model, DateTimeOffset created, bool withUsage, AgentAnswer answer)
{
    /// <summary>A text that is longer than this is told, whatever becomes of it.</summary>
    public const int MostHeld = 240;

    private readonly StringBuilder _held = new();
    private readonly string _id = "chatcmpl-" + answer.Run.Id.ToString("N");
    private bool _isCertain, _hasTold;

    /// <summary>With the role, before all others.</summary>
    public JsonObject First => Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" });

    /// <summary>What an event adds: its text, or itself in the field run_event.</summary>
    public IEnumerable<JsonObject> Of(RunEvent happened)
    {
        var text = happened.Name switch
        {
            "message.delta" => Written(happened.Read<TextData>().Text),
            "message.reset" => TakenBack(),
            "step.completed" when happened.Read<StepCompletedData>().Calls.Count == 0 => Told(),
            "step.started" => Begun(happened.Read<StepStartedData>()),
            _ => "",
        };
        if (text.Length > 0)
        {
            yield return Chunk(new JsonObject { ["content"] = text });
        }

        if (happened.Name != "message.delta")
        {
            var chunk = Chunk(answer.ThoughtIn(happened) is { Length: > 0 } thought ? new JsonObject { ["reasoning_content"] = thought } : []);
            var body = RunEvents.Body(happened);
            body["event"] = happened.Name;
            chunk["run_event"] = body;
            yield return chunk;
        }
    }

    /// <summary>What is left to tell when the run has ended, or waits.</summary>
    public IEnumerable<JsonObject> Last()
    {
        var rest = answer.IsWaiting ? answer.Content : Told();
        if (rest.Length > 0)
        {
            yield return Chunk(new JsonObject { ["content"] = rest });
        }

        if (answer.Citations.Count > 0)
        {
            yield return Chunk(new JsonObject { ["annotations"] = AgentAnswer.AnnotationsOf(answer.Citations) });
        }

        var end = Chunk([], answer.FinishReason);
        end["run"] = answer.Extension;
        yield return end;
        if (withUsage)
        {
            var usage = Chunk([]);
            (usage["choices"], usage["usage"]) = (new JsonArray(), answer.Usage);
            yield return usage;
        }
    }

    private string Begun(StepStartedData step)
    {
        _isCertain = step.Tools.Count == 0;
        return "";
    }

    private string Written(string text)
    {
        _held.Append(text);
        return _isCertain || _held.Length > MostHeld ? Told() : "";
    }

    private string TakenBack()
    {
        _held.Clear();
        var wasTold = _hasTold;
        _hasTold = false;
        return wasTold ? "\n\n" : "";
    }

    private string Told()
    {
        var text = _held.ToString();
        _held.Clear();
        (_isCertain, _hasTold) = (true, _hasTold || text.Length > 0);
        return text;
    }

    private JsonObject Chunk(JsonObject delta, string? finishReason = null)
    {
        var chunk = new JsonObject
        {
            ["id"] = _id, ["object"] = "chat.completion.chunk", ["created"] = created.ToUnixTimeSeconds(), ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finishReason }),
        };
        if (withUsage)
        {
            chunk["usage"] = null;
        }

        return chunk;
    }
}
