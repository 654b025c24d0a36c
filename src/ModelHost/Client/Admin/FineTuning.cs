using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>Trains adapters in the model service: files, jobs, their events as they happen, their checkpoints. Wants the administrator's key. Everything here throws ModelHostException; another engine than our own has none of it (StatusCode 404), and one without a folder for it says so (501).</summary>
public sealed class FineTuning
{
    private const string Files = "/v1/files", Jobs = "/v1/fine_tuning/jobs", JobObject = "fine_tuning.job", EventObject = "fine_tuning.job.event";
    private readonly ModelHostHttp _http;

    internal FineTuning(ModelHostHttp http) => _http = http;

    /// <summary>Sends a file of rows: JSON objects a line (OpenAI messages, ShareGPT, Alpaca, preference pairs, text), or plain text.</summary>
    /// <param name="filename">What people call it.</param>
    /// <param name="content">Read once, from where it stands to its end.</param>
    public Task<TuningFile> UploadAsync(string filename, Stream content, CancellationToken cancellation) => _http.UploadFormAsync(Files, "file", filename, content, [("purpose", "fine-tune")], TuningJson.Default.TuningFile, cancellation);

    /// <summary>Every file, the newest first.</summary>
    public async Task<IReadOnlyList<TuningFile>> FilesAsync(CancellationToken cancellation) => (await _http.GetAsync(Files, TuningJson.Default.PageBodyTuningFile, cancellation)).Data ?? [];

    /// <summary>Writes a file's bytes into a stream.</summary>
    public Task ReadFileAsync(string id, Stream target, CancellationToken cancellation) => _http.DownloadAsync($"{Files}/{Uri.EscapeDataString(id)}/content", target, cancellation);

    public Task DeleteFileAsync(string id, CancellationToken cancellation) => _http.DeleteAsync($"{Files}/{Uri.EscapeDataString(id)}", cancellation);

    /// <summary>What a job would learn from and take, with some of its rows as the model will see them. Nothing is made. What cannot be trained is refused as the job would be.</summary>
    public Task<TuningOutlook> ForecastAsync(TuningRequest request, CancellationToken cancellation) => _http.PostAsync("/v1/fine_tuning/forecast", request.ToJson(), TuningJson.Default.TuningOutlook, cancellation);

    /// <summary>Puts a job in the queue.</summary>
    public Task<TuningJob> StartAsync(TuningRequest request, CancellationToken cancellation) => _http.PostAsync(Jobs, request.ToJson(), TuningJson.Default.TuningJob, cancellation);

    /// <summary>The jobs, the newest first.</summary>
    /// <param name="after">Id of the last job of the page before; null for the first page.</param>
    /// <param name="limit">1 to 10,000.</param>
    public async Task<TuningPage<TuningJob>> ListAsync(string? after, int limit, CancellationToken cancellation) => (await PageAsync(Jobs, after, limit, oldestFirst: false, TuningJson.Default.PageBodyTuningJob, cancellation)).ToPage();

    public Task<TuningJob> GetAsync(string id, CancellationToken cancellation) => _http.GetAsync(Of(id), TuningJson.Default.TuningJob, cancellation);

    /// <summary>Ends a job without an adapter. One that has ended stays as it is.</summary>
    public Task<TuningJob> CancelAsync(string id, CancellationToken cancellation) => SteerAsync(id, "cancel", cancellation);

    /// <summary>Pauses a job after the step that it is at; refused (409) when it has ended.</summary>
    public Task<TuningJob> PauseAsync(string id, CancellationToken cancellation) => SteerAsync(id, "pause", cancellation);

    /// <summary>Ends a job with what it learned so far: its best weights become its adapter; refused (409) where it has ended or has learned nothing yet.</summary>
    public Task<TuningJob> StopAsync(string id, CancellationToken cancellation) => SteerAsync(id, "stop", cancellation);

    /// <summary>Lets a job go on that is paused, or that failed; refused (409) for others.</summary>
    /// <param name="step">Of a checkpoint to go back to, for which those after it are given up; null goes on from the last.</param>
    public Task<TuningJob> ResumeAsync(string id, int? step, CancellationToken cancellation) => _http.PostAsync($"{Of(id)}/resume", new JsonObject { ["step"] = step }, TuningJson.Default.TuningJob, cancellation);

    /// <summary>Forgets a job that has ended, with its checkpoints; its adapter stays.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation) => _http.DeleteAsync(Of(id), cancellation);

    /// <summary>What happened to a job.</summary>
    /// <param name="after">Id of the last event of the page before; null for the first page.</param>
    public async Task<TuningPage<TuningEvent>> EventsAsync(string id, string? after, int limit, bool oldestFirst, CancellationToken cancellation) =>
        (await PageAsync(Of(id) + "/events", after, limit, oldestFirst, TuningJson.Default.PageBodyTuningEvent, cancellation)).ToPage();

    /// <summary>A job's events from the first on, or after one, as they happen, and the job whenever more than its numbers changed; until it has ended. Leaving ends nothing.</summary>
    /// <param name="after">Id of the last event that is known; null for all.</param>
    public async IAsyncEnumerable<TuningNews> FollowAsync(string id, string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var events = await _http.StreamAsync(Of(id) + "/stream" + (after is null ? "" : $"?after={Uri.EscapeDataString(after)}"), cancellation);
        while (true)
        {
            var item = await events.NextAsync();
            if (item.IsComment)
            {
                continue;
            }

            if (EventBody.Read(item.Text, TuningJson.Default.ObjectBody, body => body.Object is JobObject or EventObject).Object == EventObject)
            {
                yield return new TuningNews(EventBody.Read(item.Text, TuningJson.Default.TuningEvent, _ => true), null);
                continue;
            }

            var job = EventBody.Read(item.Text, TuningJson.Default.TuningJob, _ => true);
            yield return new TuningNews(null, job);
            if (job.HasEnded)
            {
                yield break;
            }
        }
    }

    /// <summary>The checkpoints that a job kept, the latest first.</summary>
    public async Task<IReadOnlyList<TuningCheckpoint>> CheckpointsAsync(string id, CancellationToken cancellation) =>
        (await _http.GetAsync(Of(id) + "/checkpoints?limit=1000", TuningJson.Default.PageBodyTuningCheckpoint, cancellation)).Data ?? [];

    /// <summary>Makes the weights of a step the next version of the job's adapter, a draft.</summary>
    public async Task<AdminAdapter> RegisterAsync(string id, int step, CancellationToken cancellation) =>
        (await _http.PostAsync($"{Of(id)}/checkpoints/{step.ToString(CultureInfo.InvariantCulture)}/register", [], ClientJson.Default.AdminAdapterBody, cancellation)).ToAdapter();

    /// <summary>The first rows as the trainer reads them, with what is learned.</summary>
    /// <param name="count">1 to 100.</param>
    public async Task<IReadOnlyList<TuningSample>> SamplesAsync(string id, int count, CancellationToken cancellation) =>
        (await _http.GetAsync($"{Of(id)}/samples?limit={count.ToString(CultureInfo.InvariantCulture)}", TuningJson.Default.PageBodyTuningSample, cancellation)).Data ?? [];

    /// <summary>The rows that were held out, each without the adapter and with it; empty before the end.</summary>
    /// <param name="count">1 to 10,000.</param>
    /// <param name="bestFirst">Those that got best first; else those that got worst.</param>
    public async Task<IReadOnlyList<HeldOutRow>> HeldOutAsync(string id, int count, bool bestFirst, CancellationToken cancellation) =>
        (await PageAsync(Of(id) + "/evaluation", null, count, bestFirst, TuningJson.Default.PageBodyHeldOutRow, cancellation)).Data ?? [];

    /// <summary>How much a finished job that learned preferences likes answers, in the order of the rows: what is higher is liked better, and only answers to one question compare. Null for a row longer than any that it learned from.</summary>
    /// <param name="rows">1 to 512 conversations that end with the answer, as OpenAI writes them, a JSON object each.</param>
    public async Task<IReadOnlyList<double?>> ScoreAsync(string id, IReadOnlyList<string> rows, CancellationToken cancellation) =>
        [.. ((await _http.PostAsync(Of(id) + "/scores", new JsonObject { ["rows"] = new JsonArray([.. rows.Select(row => JsonNode.Parse(row))]) }, TuningJson.Default.PageBodyScoreBody, cancellation)).Data ?? []).Select(score => score.Reward)];

    /// <summary>What was answered to the job's prompts at each evaluation until now.</summary>
    public Task<TuningAnswers> AnswersAsync(string id, CancellationToken cancellation) => _http.GetAsync(Of(id) + "/evaluations?limit=10000&order=asc", TuningJson.Default.TuningAnswers, cancellation);

    private static string Of(string id) => $"{Jobs}/{Uri.EscapeDataString(id)}";

    private Task<TuningJob> SteerAsync(string id, string verb, CancellationToken cancellation) => _http.PostAsync($"{Of(id)}/{verb}", [], TuningJson.Default.TuningJob, cancellation);

    private Task<PageBody<T>> PageAsync<T>(string path, string? after, int limit, bool oldestFirst, JsonTypeInfo<PageBody<T>> type, CancellationToken cancellation) =>
        _http.GetAsync($"{path}?limit={limit.ToString(CultureInfo.InvariantCulture)}&order={(oldestFirst ? "asc" : "desc")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", type, cancellation);
}
