using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Platform.Agents.Definitions;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Models;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Files of rows, fine-tuning jobs, adapters and what is made of them: an administrator's requests, passed on to the program's own model service and answered by it, word for word; a job and a version in production are told who asked for it.</summary>
internal static class TrainingRelay
{
    private const int LongestName = 200; // of who promotes, as the service takes it
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post, HttpMethods.Delete];
    private static readonly string[] Roots = ["/v1/files", "/v1/fine_tuning", "/v1/adapters", "/v1/model_jobs"];

    public static void MapTrainingRelay(this IEndpointRouteBuilder app)
    {
        foreach (var root in Roots)
        {
            app.MapMethods(root + "/{**rest}", Methods, HandleAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
        }

        app.MapPost("/v1/fine_tuning/jobs", StartAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
        app.MapPost("/v1/fine_tuning/forecast", ForecastAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
        app.MapPost("/v1/adapters/{name}/versions/{version}/promote", InOwnNameAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
        app.MapPost("/v1/adapters/{name}/versions/{version:int}/rollback", RollBackAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
        app.MapDelete("/v1/adapters/{name}/versions/{version:int}", DeleteAdapterAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Training));
    }

    // The model service knows no agents.
    private static async Task DeleteAdapterAsync(string name, int version, HttpContext http, AdminRelay relay, AdapterAdmin adapters, ModelUses uses)
    {
        if (await FindAsync(adapters, name, version, http.RequestAborted) is { } adapter && await uses.OfAdapterAsync(name, version, adapter.IsServed, http.RequestAborted) is { Count: > 0 } agents)
        {
            throw new ModelInUseException(FormattableString.Invariant($"{name}@{version}"), agents);
        }

        await HandleAsync(http, relay);
    }

    // Where no version takes its place, the adapter's name alone means nothing any more; agents that name the version go on with it.
    private static async Task RollBackAsync(string name, int version, HttpContext http, AdminRelay relay, AdapterAdmin adapters, ModelUses uses)
    {
        if (await FindAsync(adapters, name, version, http.RequestAborted) is { IsServed: true, RollsBackTo: null } && await uses.OfAdapterAsync(name, 0, isServed: false, http.RequestAborted) is { Count: > 0 } agents)
        {
            throw new ModelInUseException(name, agents);
        }

        await InOwnNameAsync(http, relay);
    }

    // Of one that is not there the service says so itself.
    private static async Task<AdminAdapter?> FindAsync(AdapterAdmin adapters, string name, int version, CancellationToken cancellation)
    {
        try
        {
            return await adapters.GetAsync(name, version, cancellation);
        }
        catch (ModelHostException gone) when (gone.StatusCode == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    // Who puts a version into production is whoever is signed in, or whose key it is, whatever the request says.
    private static async Task InOwnNameAsync(HttpContext http, AdminRelay relay)
    {
        var body = (await RequestFields.ReadAsync(http)).Body;
        var name = StartedJob.Name(http.User, http.Features.Get<PresentedKey>());
        body["by"] = name?.Length > LongestName ? name[..LongestName] : name;
        await PassAsync(http, relay, body);
    }

    // So is who starts a job.
    private static async Task StartAsync(HttpContext http, AdminRelay relay, ServedModels models)
    {
        var body = (await RequestFields.ReadAsync(http)).Body;
        await RefuseElsewhereAsync(body, models, http.RequestAborted);
        StartedJob.Sign(body, http.User, http.Features.Get<PresentedKey>());
        await PassAsync(http, relay, body);
    }

    private static async Task ForecastAsync(HttpContext http, AdminRelay relay, ServedModels models)
    {
        var body = (await RequestFields.ReadAsync(http)).Body;
        await RefuseElsewhereAsync(body, models, http.RequestAborted);
        await PassAsync(http, relay, body);
    }

    // A model of another engine is listed and answers; the program's own service, which trains, would say that there is none.
    private static async Task RefuseElsewhereAsync(JsonObject body, ServedModels models, CancellationToken cancellation)
    {
        if (body["model"] is not JsonValue named || !named.TryGetValue<string>(out var model))
        {
            return;
        }

        try
        {
            if (await models.ElsewhereAsync(model, cancellation) is { } engine)
            {
                throw RefusedRequestException.Of("model", $"The model '{RequestFields.Short(model)}' is served by the engine '{RequestFields.Short(engine)}', and a job trains on a model file of the program's own service. Name a model of that, or load this one's GGUF file there.", "model_not_trainable");
            }
        }
        catch (ModelHostException)
        {
            return; // the service that is asked next says itself what it has
        }
    }

    private static async Task HandleAsync(HttpContext http, AdminRelay relay)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // nothing of it is kept here: the service has limits of its own for files, adapters and requests
        }

        var hasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        await PassAsync(http, relay, hasBody ? http.Request.Body : null, http.Request.ContentType, http.Request.ContentLength);
    }

    private static async Task PassAsync(HttpContext http, AdminRelay relay, JsonObject body)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(body);
        using var content = new MemoryStream(bytes);
        await PassAsync(http, relay, content, MediaTypeNames.Application.Json, bytes.Length);
    }

    private static async Task PassAsync(HttpContext http, AdminRelay relay, Stream? body, string? type, long? length)
    {
        var request = http.Request;
        using var answer = await relay.SendAsync(new HttpMethod(request.Method), Below(request.Path) + request.QueryString.ToUriComponent(), body, type, length, http.RequestAborted);
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await answer.CopyToAsync(http.Response.Body);
    }

    // Each segment is written anew: what was encoded twice must not become a way out of the root when it is read again.
    private static string Below(PathString path) => string.Join('/', path.Value!.Split('/').Select(Uri.EscapeDataString));
}
