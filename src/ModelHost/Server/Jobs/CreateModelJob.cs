using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>`POST /v1/model_jobs`: what cannot be done is refused now, the rest is put in the queue. 202 with the job.</summary>
internal static class CreateModelJob
{
    public static void MapCreateModelJob(this IEndpointRouteBuilder app) => app.MapPost("/v1/model_jobs", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, ModelJobs jobs)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ModelJobRequest);
        var model = request.Model is { Length: > 0 } named ? named : throw new RequestRefused(Problem.Invalid("model", "Name a model in 'model'."));
        var job = request.Type switch
        {
            "quantize" => Quantize(request, model, host, jobs),
            "perplexity" => Measure(request, model, host, jobs),
            _ => throw new RequestRefused(Problem.Invalid("type", $"type is '{request.Type}'; it must be quantize or perplexity.")),
        };
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        await http.WriteJsonAsync(job.Now, ServerJson.Wire.ModelJobBody);
    }

    private static ModelJob Quantize(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs)
    {
        var work = host.Engine.Quantize;
        var asked = new QuantizeRequest("", model, request.To ?? throw new RequestRefused(Problem.Invalid("to", "Name a format in 'to'.")), request.Name);
        work.Check(asked);
        return jobs.Add("quantize", model, async (id, progress, cancellation) =>
        {
            var made = await work.RunAsync(asked with { Owner = id }, progress, cancellation);
            return new ModelJobResult(made.ModelId, made.BytesBefore, made.BytesAfter, made.Sha256, made.IsRequantized);
        });
    }

    private static ModelJob Measure(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs)
    {
        var work = host.Engine.Measure;
        var asked = new PerplexityRequest("", model, request.Text, request.Adapter, request.MaxTokens);
        work.Check(asked);
        return jobs.Add("perplexity", model, async (id, progress, cancellation) =>
        {
            var found = await work.RunAsync(asked with { Owner = id }, progress, cancellation);
            return new ModelJobResult(Perplexity: found.Perplexity, StandardError: found.StandardError, Tokens: found.Tokens);
        });
    }
}
