using System.Text;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>What the model sees: `…/samples` of a job, and `POST /v1/fine_tuning/forecast`, which says of a job that was not made what it would learn from and take.</summary>
internal static class SampleEndpoints
{
    private const int UsualSamples = 5, MostSamples = 100;
    private static readonly SemaphoreSlim OneAtATime = new(1);

    public static void MapTuningSamples(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/fine_tuning/jobs/{id}/samples", ShowAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/forecast", ForecastAsync).WithMetadata(new AdminOnly());
    }

    private static async Task ShowAsync(HttpContext http, EngineHost host, TuningJobs jobs, string id, int? limit)
    {
        var job = jobs.Find(id);
        var samples = await SamplesAsync(host.Engine, job.Now.Model, job.Folder, Math.Clamp(limit ?? UsualSamples, 1, MostSamples), http.RequestAborted);
        await http.WriteJsonAsync(new SampleListBody("list", samples), ServerJson.Wire.SampleListBody);
    }

    private static async Task ForecastAsync(HttpContext http, EngineHost host, FileStore files, JobPreparation preparation, TuningJobs jobs, Runners runners, TimeProvider time)
    {
        _ = jobs.All; // clears away what was left, which this must not be
        var request = await http.ReadJsonAsync(ServerJson.Wire.TuningRequest);
        var record = TuningEndpoints.Record(request, host.Engine, files, time)("ftjob-00000000");
        var folder = new JobFiles(Path.Combine(jobs.Forecasts, Guid.NewGuid().ToString("N")));
        await OneAtATime.WaitAsync(http.RequestAborted);
        try
        {
            var (dataset, forecast) = await preparation.RunAsync(host.Engine, record, folder, _ => { }, http.RequestAborted);
            var free = host.Engine.RoomForWork.Now;
            var samples = await SamplesAsync(host.Engine, record.Model, folder, UsualSamples, http.RequestAborted);
            await http.WriteJsonAsync(new ForecastAnswer("fine_tuning.forecast", TuningViews.Dataset(dataset), TuningViews.Forecast(forecast), forecast.TotalBytes <= free, free, samples, record.Settings.Trainer == TuningTrainer.Peft ? runners.AreSeen() : null), ServerJson.Wire.ForecastAnswer);
        }
        catch (TuningFault fault)
        {
            var (status, type) = fault.Error.Code switch { "internal_error" => (500, "server_error"), "out_of_memory" => (503, "unavailable_error"), "no_space" => (507, "unavailable_error"), _ => (400, "invalid_request_error") };
            throw new RequestRefused(new Problem(status, type, fault.Error.Code, fault.Error.Message, fault.Error.Param));
        }
        finally
        {
            OneAtATime.Release();
            if (Directory.Exists(folder.Path))
            {
                Directory.Delete(folder.Path, recursive: true);
            }
        }
    }

    private static async Task<IReadOnlyList<SampleBody>> SamplesAsync(ModelEngine engine, string model, JobFiles folder, int count, CancellationToken cancellation)
    {
        if (!File.Exists(folder.Train))
        {
            return [];
        }

        using var held = await engine.HoldAsync(model, cancellation);
        return [.. JsonLines.Read(folder.Train, RenderedJson.Default.RenderedRow).Take(count).Select(row => Sample(engine, model, row))];
    }

    private static SampleBody Sample(ModelEngine engine, string model, RenderedRow row)
    {
        IEnumerable<SamplePart> parts = row.Tokens is { } tokens ? Parts(tokens, row.Weights)
            : [Part("prompt", false, row.Prompt!), Part("chosen", true, row.Chosen!), Part("rejected", true, row.Rejected!)];
        return new SampleBody(row.Id, row.Length, (int)row.Learned, [.. parts]);

        SamplePart Part(string role, bool learned, int[] part)
        {
            byte[][] pieces = [.. part.Select(token => engine.Piece(model, token))];
            return new SamplePart(role, learned, Encoding.UTF8.GetString([.. pieces.SelectMany(piece => piece)]), [.. pieces.Select(Encoding.UTF8.GetString)]);
        }

        IEnumerable<SamplePart> Parts(int[] all, int[]? weights)
        {
            for (int at = 0, end; at < all.Length; at = end)
            {
                var learned = weights is null || weights[at] > 0;
                for (end = at + 1; end < all.Length && (weights is null || weights[end] > 0) == learned; end++)
                {
                }

                yield return Part("text", learned, all[at..end]);
            }
        }
    }
}
