using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`POST /v1/fine_tuning/jobs/{id}/scores`: a job that learned preferences says how much it likes answers (docs/training.md).</summary>
internal static class ScoreEndpoints
{
    private const int MostRows = 512;
    private const long RuntimeBytes = 1L << 30;
    private static readonly SemaphoreSlim OneAtATime = new(1);

    public static void MapTuningScores(this IEndpointRouteBuilder app) => app.MapPost("/v1/fine_tuning/jobs/{id}/scores", ScoreAsync).WithMetadata(new AdminOnly());

    private static async Task ScoreAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainerProgram trainer, string id)
    {
        var (job, engine, cancellation) = (jobs.Find(id), host.Engine, http.RequestAborted);
        var rows = (await http.ReadJsonAsync(ServerJson.Wire.ScoreRequest)).Rows;
        Check(job, rows);
        using var use = job.Use();
        await OneAtATime.WaitAsync(cancellation);
        var (mark, memory) = ($"{Guid.NewGuid():N}", job.Now.Forecast!);
        var (asked, said) = (job.Folder.In(mark + ".rows"), job.Folder.In(mark + ".scores"));
        try
        {
            var written = await WriteAsync(engine, job, rows!, asked, cancellation);
            if (written > 0)
            {
                await engine.HoldMemoryAsync(mark, "score", memory.TotalBytes, cancellation);
                await trainer.Program.RunAsync("Scoring", RuntimeBytes + 2 * memory.TotalBytes, ["score", job.Folder.Path, Path.GetFileName(asked), Path.GetFileName(said)], cancellation);
            }

            var scores = written > 0 ? JsonLines.Read(said, ScoreJson.Default.ScoredText).ToLookup(one => one.Id) : Array.Empty<ScoredText>().ToLookup(one => one.Id);
            await http.WriteJsonAsync(new ScoreListBody("list", [.. Enumerable.Range(0, rows!.Count).Select(at => Sum(at, [.. scores[Name(at)]]))]), ServerJson.Wire.ScoreListBody);
        }
        finally
        {
            engine.ReleaseMemory(mark);
            OneAtATime.Release();
            File.Delete(asked);
            File.Delete(said);
        }
    }

    private static void Check(TuningJob job, IReadOnlyList<JsonElement>? rows)
    {
        if (rows is not { Count: > 0 and <= MostRows })
        {
            throw TuningCheck.Refused("rows", $"'rows' has {rows?.Count ?? 0} rows; it must be 1 to {MostRows} conversations that end with the answer.");
        }

        if (job.Now.Settings.Trainer == TuningTrainer.Peft)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' was trained by a runner elsewhere; only jobs that were trained here rate answers.", "id"));
        }

        if (job.Now is not { Status: TuningStatus.Succeeded, Settings.Method: TuningMethod.Dpo, Dataset: not null, Forecast: not null })
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' ({job.Now.Settings.Method.ToString().ToLowerInvariant()}) is {TuningViews.Status(job.Now.Status)}; only a dpo job that has succeeded rates answers.", "id"));
        }
    }

    /// <summary>Renders the rows as they are served; one that is longer than the job's rows is left out.</summary>
    /// <returns>Texts that were written.</returns>
    private static async Task<int> WriteAsync(ModelEngine engine, TuningJob job, IReadOnlyList<JsonElement> rows, string path, CancellationToken cancellation)
    {
        using var held = await engine.HoldAsync(job.Now.Model, cancellation);
        if (held.Info.Sha256 != job.Now.Dataset!.BaseSha256)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "base_changed", $"The file of '{job.Now.Model}' is another than the job '{job.Now.Id}' was trained on. Train the preferences anew.", "id"));
        }

        var rendering = new RowRendering(engine, job.Now.Model, TuningMethod.Supervised, DateTimeOffset.FromUnixTimeSeconds(job.Now.CreatedAt)); // as the rows that it learned
        var written = 0;
        await using var file = new StreamWriter(path);
        foreach (var (at, row) in rows.Index())
        {
            IReadOnlyList<RenderedRow> texts;
            try
            {
                texts = rendering.Render(new RowLine(at + 1, row.GetRawText()));
            }
            catch (RowFault fault)
            {
                throw TuningCheck.Refused("rows", $"Row {at}: {fault.Message}");
            }

            foreach (var text in texts.All(text => text.Length <= job.Now.Dataset.SequenceTokens) ? texts : [])
            {
                await file.WriteLineAsync(JsonSerializer.Serialize(text with { Id = Name(at) }, RenderedJson.Default.RenderedRow).AsMemory(), cancellation);
                written++;
            }
        }

        return written;
    }

    private static ScoreBody Sum(int at, IReadOnlyList<ScoredText> texts) => texts.Count == 0 ? new ScoreBody(at, null, null, null)
        : new ScoreBody(at, texts.Sum(text => text.Reward), texts.Sum(text => text.LogP), texts.Sum(text => text.BaseLogP));

    private static string Name(int at) => FormattableString.Invariant($"{at}");
}

internal sealed record ScoreRequest(IReadOnlyList<JsonElement>? Rows);

internal sealed record ScoreListBody(string Object, IReadOnlyList<ScoreBody> Data);

/// <param name="Reward">Null where the row is longer than any that the job learned from.</param>
internal sealed record ScoreBody(int Index, double? Reward, double? LogP, double? BaseLogP);

/// <summary>A line of the trainer's scores.</summary>
internal sealed record ScoredText(string Id, double Reward, double LogP, double BaseLogP);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ScoredText))]
internal sealed partial class ScoreJson : JsonSerializerContext;
