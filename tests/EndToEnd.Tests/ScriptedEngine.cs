using System.Net;
using System.Text;
using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>An OpenAI-compatible engine on this machine that writes what a test says: a text, or a call of a tool, by what it is sent.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<Task> _answers = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<string, Task<(string Text, string? Tool)>> _script;
    private readonly string _owner;
    private readonly Task _serving;

    /// <param name="script">From all messages as one text to what is written; where it names a tool, the text is the call's arguments.</param>
    /// <param name="owner">Of its model; "local" is what our own service says, whose models answer questions only where it says so.</param>
    internal ScriptedEngine(Func<string, Task<(string Text, string? Tool)>> script, string owner = "somebody")
    {
        (_script, _owner) = (script, owner);
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    internal string Address { get; } = $"http://127.0.0.1:{RunningPlatform.FreePort()}";

    /// <summary>Ends when its models were listed for the first time.</summary>
    internal Task Listed => _listed.Task;

    /// <summary>What makes the program know it beside its own, under the model id "scripted".</summary>
    internal (string Key, string Value)[] Settings => [("ModelHost__Engines__0__Name", "script"), ("ModelHost__Engines__0__Endpoint", Address)];

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync(); // a test that failed has let nobody go on
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Close();
        _stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _answers.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return; // stopped
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext http)
    {
        if (http.Request.HttpMethod == "GET")
        {
            await WriteAsync(http, $$"""{"object":"list","data":[{"id":"scripted","object":"model","owned_by":"{{_owner}}","capabilities":["chat"]}]}""");
            http.Response.Close();
            _listed.TrySetResult();
            return;
        }
        using var body = await JsonDocument.ParseAsync(http.Request.InputStream);
        var sent = string.Join('\n', body.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() : ""));
        var (text, tool) = await _script(sent).WaitAsync(_stopped.Token);
        http.Response.ContentType = "text/event-stream";
        if (tool is null)
        {
            foreach (var part in text.Chunk(40))
            {
                await EventAsync(http, new { content = new string(part) }, null);
            }
        }
        else
        {
            await EventAsync(http, new { tool_calls = new[] { new { index = 0, id = "call_1", type = "function", function = new { name = tool, arguments = text } } } }, null);
        }
        await EventAsync(http, new { }, tool is null ? "stop" : "tool_calls");
        await WriteAsync(http, "data: [DONE]\n\n");
        http.Response.Close();
    }

    private static Task EventAsync(HttpListenerContext http, object delta, string? end) => WriteAsync(http, "data: " + JsonSerializer.Serialize(new
    {
        id = "x", @object = "chat.completion.chunk", created = 1, model = "scripted", choices = new[] { new { index = 0, delta, finish_reason = end } },
        usage = end is null ? null : new { prompt_tokens = 100, completion_tokens = 20, total_tokens = 120 },
    }) + "\n\n");

    private static async Task WriteAsync(HttpListenerContext http, string text)
    {
        await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await http.Response.OutputStream.FlushAsync();
    }
}
