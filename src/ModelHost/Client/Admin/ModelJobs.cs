using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>Quantises and measures models of the service, one job at a time. Wants the administrator's key. Everything here throws ModelHostException.</summary>
public sealed class ModelJobs
{
    private const string Root = "/v1/model_jobs";
    private readonly ModelHostHttp _http;

    internal ModelJobs(ModelHostHttp http) => _http = http;

    /// <summary>The jobs that the service remembers, the newest first.</summary>
    public async Task<IReadOnlyList<ModelJob>> ListAsync(CancellationToken cancellation) =>
        [.. ((await _http.GetAsync(Root, ClientJson.Default.ModelJobListBody, cancellation)).Data ?? []).Select(body => body.ToJob())];

    public async Task<ModelJob> GetAsync(string id, CancellationToken cancellation) => (await _http.GetAsync(Of(id), ClientJson.Default.ModelJobBody, cancellation)).ToJob();

    /// <summary>Starts to write a model in a smaller number format, or puts that in the queue.</summary>
    /// <param name="to">q8_0, q6_k, q5_k_m, q4_k_m, q4_0, f16 or bf16.</param>
    /// <param name="name">Id of the new model; null takes the old one's with the format behind it.</param>
    public Task<ModelJob> QuantizeAsync(string model, string to, string? name, CancellationToken cancellation) =>
        StartAsync(new JsonObject { ["type"] = "quantize", ["model"] = model, ["to"] = to, ["name"] = name }, cancellation);

    /// <summary>Starts to make a model of its own of a base and an adapter, or puts that in the queue.</summary>
    /// <param name="adapter">name or name@version.</param>
    /// <param name="name">Id of the new model; null takes the base's with the adapter's behind it.</param>
    public Task<ModelJob> MergeAsync(string model, string adapter, string? name, CancellationToken cancellation) =>
        StartAsync(new JsonObject { ["type"] = "merge", ["model"] = model, ["adapter"] = adapter, ["name"] = name }, cancellation);

    /// <summary>Starts to measure how well a model foretells a text, or puts that in the queue.</summary>
    /// <param name="text">Null takes the text that comes with the service.</param>
    /// <param name="adapter">name or name@version; null for the base model.</param>
    public Task<ModelJob> MeasurePerplexityAsync(string model, string? text, string? adapter, CancellationToken cancellation) =>
        StartAsync(new JsonObject { ["type"] = "perplexity", ["model"] = model, ["text"] = text, ["adapter"] = adapter }, cancellation);

    /// <summary>Ends a job; the answer is how it ended.</summary>
    public async Task<ModelJob> CancelAsync(string id, CancellationToken cancellation) => (await _http.PostAsync(Of(id) + "/cancel", [], ClientJson.Default.ModelJobBody, cancellation)).ToJob();

    /// <summary>The job at each change; the last state is its end. Leaving ends nothing.</summary>
    public async IAsyncEnumerable<ModelJob> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var events = await _http.StreamAsync(Of(id) + "/events", cancellation);
        while (true)
        {
            var item = await events.NextAsync();
            if (item.IsComment)
            {
                continue;
            }

            var job = EventBody.Read(item.Text, ClientJson.Default.ModelJobBody, body => body.Id is not null).ToJob();
            yield return job;
            if (job.FinishedAt is not null)
            {
                yield break;
            }
        }
    }

    private static string Of(string id) => $"{Root}/{Uri.EscapeDataString(id)}";

    private async Task<ModelJob> StartAsync(JsonObject request, CancellationToken cancellation) => (await _http.PostAsync(Root, request, ClientJson.Default.ModelJobBody, cancellation)).ToJob();
}
