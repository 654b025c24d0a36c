using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>`POST /v1/model_jobs`: what cannot be done is refused now, the rest is put in the queue. 202 with the job.</summary>
internal static class CreateModelJob
{
    public static void MapCreateModelJob(this IEndpointRouteBuilder app) => app.MapPost("/v1/model_jobs", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, ModelJobs jobs, TrainerProgram trainer, TuningJobs tuned, TrainingOptions training, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ModelJobRequest);
        SentFields.Remember(http, ("lora", request.Adapter is null ? "model" : "adapter"));
        var model = request.Model is { Length: > 0 } named ? named : throw new RequestRefused(Problem.Invalid("model", "Name a model in 'model'."));
        var job = request.Type switch
        {
            "quantize" => Quantize(request, model, host, jobs),
            "perplexity" => Measure(request, model, host, jobs),
            "merge" => Merge(request, model, host, jobs, trainer.Program, new MergedAnswers(host.Engine, tuned, training, time)),
            "convert" => Convert(request, model, host, jobs, trainer.Program),
            _ => throw new RequestRefused(Problem.Invalid("type", $"type is '{request.Type}'; it must be quantize, perplexity, merge or convert.")),
        };
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        await http.WriteJsonAsync(job.Now, ServerJson.Wire.ModelJobBody);
    }

    private static ModelJob Quantize(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs)
    {
        var work = host.Engine.Work.Quantize;
        var asked = new QuantizeRequest("", model, request.To ?? throw new RequestRefused(Problem.Invalid("to", "Name a format in 'to'.")), request.Name);
        work.Check(asked);
        return jobs.Add("quantize", model, async (id, progress, cancellation) =>
        {
            var made = await work.RunAsync(asked with { Owner = id }, share => progress(share * MadeModelCheck.Made), cancellation);
            return new ModelJobResult(made.ModelId, made.BytesBefore, made.BytesAfter, made.Sha256, made.IsRequantized, Check: await MadeModelCheck.RunAsync(host.Engine.Work.Measure, id, model, null, made.ModelId, cancellation));
        });
    }

    private static ModelJob Measure(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs)
    {
        var work = host.Engine.Work.Measure;
        var asked = new PerplexityRequest("", model, request.Text, request.Adapter, request.MaxTokens);
        work.Check(asked);
        return jobs.Add("perplexity", model, async (id, progress, cancellation) =>
        {
            var found = await work.RunAsync(asked with { Owner = id }, progress, cancellation);
            return new ModelJobResult(Perplexity: found.Perplexity, StandardError: found.StandardError, Tokens: found.Tokens);
        });
    }

    private static ModelJob Merge(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs, ChildProgram trainer, MergedAnswers answers)
    {
        var work = host.Engine.Work.Merge;
        var asked = new MergeRequest("", model, request.Adapter, request.Name);
        work.Check(asked);
        return jobs.Add("merge", model, async (id, progress, cancellation) =>
        {
            var made = await work.RunAsync(asked with { Owner = id }, trainer, cancellation);
            progress(MadeModelCheck.Made);
            var check = await MadeModelCheck.RunAsync(host.Engine.Work.Measure, id, model, request.Adapter, made.ModelId, cancellation);
            return new ModelJobResult(made.ModelId, made.BytesBefore, made.BytesAfter, made.Sha256, Check: check is null ? null : check with { Answers = await answers.RunAsync(made.BaseId, made.Adapter, made.ModelId, cancellation), Rounded = made.IsRounded });
        });
    }

    private static ModelJob Convert(ModelJobRequest request, string model, EngineHost host, ModelJobs jobs, ChildProgram trainer)
    {
        var work = host.Engine.Work.Convert;
        var asked = new ConvertRequest("", model, request.Source ?? throw new RequestRefused(Problem.Invalid("source", "Name the folder in 'source'.")), request.Name ?? throw new RequestRefused(Problem.Invalid("name", "Name the adapter in 'name'.")));
        work.Check(asked);
        return jobs.Add("convert", model, async (id, _, cancellation) =>
        {
            var made = await work.RunAsync(asked with { Owner = id }, trainer, cancellation);
            return new ModelJobResult(Sha256: made.Sha256, Adapter: ServedAdapters.Id(made));
        });
    }
}
