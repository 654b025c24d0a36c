using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Jobs;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`POST /v1/adapters/peft`: an adapter as PEFT saves it, sent as a form with `name` and `base_model`, then `config` (adapter_config.json) and `weights` (adapter_model.safetensors). A job makes the next version of it. Untrusted: it is read in a process of its own, and what comes of it is checked as any file.</summary>
internal static class ImportPeft
{
    private const string Config = "config", Weights = "weights";
    private const long MostConfigBytes = 1 << 20;

    public static void MapImportPeft(this IEndpointRouteBuilder app) => app.MapPost("/v1/adapters/peft", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, ModelJobs jobs, TrainerProgram trainer, ServerOptions options)
    {
        MultipartForm.Allow(http, options.MaxAdapterBytes);
        var form = MultipartForm.Of(http.Request) ?? throw new RequestRefused(Problem.Invalid("weights", "Send a form with the parts name, base_model, config and weights."));
        var program = trainer.Program;
        var place = host.Engine.AdapterLibrary.MakePeftUpload();
        try
        {
            var fields = await ReadAsync(form, place, options.MaxAdapterBytes, http.RequestAborted);
            var job = Start(host, jobs, program, place, fields);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            await http.WriteJsonAsync(job.Now, ServerJson.Wire.ModelJobBody);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static async Task<Dictionary<string, string>> ReadAsync(MultipartForm form, PeftUpload place, long most, CancellationToken cancellation)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await form.NextAsync(cancellation) is { } part)
        {
            fields[part.Name] = part.Name switch
            {
                Config => await WrittenAsync(place.WriteConfigAsync(part.Body, MostConfigBytes, cancellation)),
                Weights => await WrittenAsync(place.WriteWeightsAsync(part.Body, most, cancellation)),
                _ => await MultipartForm.TextAsync(part, cancellation),
            };
        }

        return fields;

        static async Task<string> WrittenAsync(Task writing)
        {
            await writing;
            return "written";
        }
    }

    private static ModelJob Start(EngineHost host, ModelJobs jobs, ChildProgram trainer, PeftUpload place, Dictionary<string, string> fields)
    {
        var work = host.Engine.Work.Convert;
        var (model, name) = (Named(fields, "base_model"), Named(fields, "name"));
        _ = (Named(fields, Config), Named(fields, Weights));
        var asked = new ConvertRequest("", model, place.Name, name);
        work.Check(asked);
        return jobs.Add("convert", model, async (id, _, cancellation) =>
        {
            using var sent = place;
            var made = await work.RunAsync(asked with { Owner = id }, trainer, cancellation);
            return new ModelJobResult(Sha256: made.Sha256, Adapter: ServedAdapters.Id(made));
        });
    }

    private static string Named(Dictionary<string, string> fields, string field) => fields.GetValueOrDefault(field) is { Length: > 0 } given ? given : throw new RequestRefused(Problem.Invalid(field, $"'{field}' is missing."));
}
