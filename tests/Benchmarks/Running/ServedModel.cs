using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Fakes;

namespace Platform.Benchmarks.Running;

/// <summary>One streamed answer as its reader saw it.</summary>
/// <param name="Cached">Prompt tokens that were in memory.</param>
internal sealed record Answer(string Text, int Tokens, int Cached);

/// <summary>The model service in a process of its own, spoken to over HTTP with server-sent events.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly ModelHostFixture host;
    private readonly string model;
    private readonly HttpClient http;

    private ServedModel(ModelHostFixture host, string model)
    {
        (this.host, this.model) = (host, model);
        // A reader that goes away closes its connection at once; the usual handler would first read on for two seconds, to keep it.
        http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = host.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.ApiKey);
    }

    internal int ProcessId => host.ProcessId;

    internal double CpuSeconds => ProcessCost.CpuSeconds(host.ProcessId);

    internal static async Task<ServedModel> StartAsync(string file, int slots, int contextTokens, string? adapters = null)
    {
        List<(string, string)> settings = [("Engine:ChatModel", file), ("Engine:Slots", $"{slots}"), ("Engine:ContextTokens", $"{contextTokens}")];
        if (adapters is not null) { settings.Add(("Engine:AdapterDirectory", adapters)); }
        return new ServedModel(await ModelHostFixture.StartAsync(settings), Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Greedy, over the end of text.</summary>
    internal JsonObject Request(int[] prompt, int tokens) => new()
    {
        ["model"] = model, ["prompt"] = new JsonArray([.. prompt.Select(token => (JsonNode)token)]), ["max_tokens"] = tokens, ["stream"] = true, ["temperature"] = 0, ["ignore_eos"] = true,
    };

    /// <param name="request">What <see cref="Request"/> made, with more fields as wanted.</param>
    /// <param name="heard">Told at each event how many tokens it brought. When it returns false the connection is cut.</param>
    internal async Task<Answer> AskAsync(JsonObject request, Func<int, bool>? heard = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = JsonContent.Create(request) };
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode) { throw new InvalidOperationException($"The model service answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"); }
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (text, tokens, cached, told) = ("", 0, 0, 0);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) { continue; }
            using var json = JsonDocument.Parse(line.AsMemory(6));
            if (json.RootElement.TryGetProperty("error", out var error)) { throw new InvalidOperationException($"The model service broke off: {error}"); }
            var piece = json.RootElement.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 ? choices[0].GetProperty("text").GetString()! : "";
            var brought = piece.Count(c => c == ' '); // each token of this vocabulary is a word with its space
            (text, tokens) = (text + piece, tokens + brought);
            if (json.RootElement.TryGetProperty("timings", out var timings)) { (cached, told) = (timings.GetProperty("cache_n").GetInt32(), timings.GetProperty("predicted_n").GetInt32()); }
            if (brought > 0 && heard?.Invoke(brought) == false) { break; }
        }
        return new Answer(text, Math.Max(tokens, told), cached); // a byte or a control is a token without a space
    }

    /// <summary>Runs requests at once and measures from the moment that each has its first token to the end of the last.</summary>
    /// <param name="requests">One a stream.</param>
    internal async Task<(Rate Rate, Answer[] Answers)> DecodeAsync(IReadOnlyList<JsonObject> requests)
    {
        var gate = new Lock();
        var (waiting, total, before, cpu) = (requests.Count, 0, 0, 0.0);
        var answers = await Task.WhenAll(requests.Select(request =>
        {
            var isFirst = true;
            return AskAsync(request, brought =>
            {
                lock (gate)
                {
                    total += brought;
                    if (isFirst && --waiting == 0) { (before, cpu) = (total, CpuSeconds); }
                    isFirst = false;
                }
                return true;
            });
        }));
        return (new Rate(total - before, CpuSeconds - cpu), answers);
    }

    /// <summary>Steps begun since it was loaded.</summary>
    internal async Task<long> StepsAsync()
    {
        const string name = "modelhost_steps_total{";
        var line = (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    internal async Task<int> BusySlotsAsync()
    {
        using var slots = JsonDocument.Parse(await http.GetStringAsync(new Uri("/slots", UriKind.Relative)));
        return slots.RootElement.EnumerateArray().Count(slot => slot.GetProperty("is_processing").GetBoolean());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await host.DisposeAsync();
    }
}
