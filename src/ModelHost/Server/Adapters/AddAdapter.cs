using System.Text.Json;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`POST /v1/adapters`: a GGUF file becomes the next version of an adapter, once it has been checked. The file is the body, or the part `file` of a form; it is streamed to disk and never wholly in memory. The rest is in the query, or in parts of the form before the file.</summary>
internal static class AddAdapter
{
    private const int MostDepth = 16;

    public static void MapAddAdapter(this IEndpointRouteBuilder app) => app.MapPost("/v1/adapters", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, AdapterGate gate, ServerOptions options)
    {
        SentFields.Remember(http, ("model", "base_model"), ("lora", "file"));
        MultipartForm.Allow(http, options.MaxAdapterBytes);
        var fields = http.Request.Query.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
        var content = MultipartForm.Of(http.Request) is { } form ? await FileOfAsync(form, fields, http.RequestAborted) : http.Request.Body;
        var added = await host.Engine.AdapterLibrary.AddAsync(Upload(fields), content, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status201Created;
        await http.WriteJsonAsync(ServedAdapters.Card(added, gate), ServerJson.Wire.AdapterCard);
    }

    /// <summary>Reads the fields up to the file, and stops there.</summary>
    private static async Task<Stream> FileOfAsync(MultipartForm form, Dictionary<string, string> fields, CancellationToken cancellation)
    {
        while (await form.NextAsync(cancellation) is { } part)
        {
            if (part.Name == "file")
            {
                return part.Body;
            }

            fields[part.Name] = await MultipartForm.TextAsync(part, cancellation);
        }

        throw new RequestRefused(Problem.Invalid("file", "The form has no part 'file'. Send the adapter's GGUF file in it, after the other fields."));
    }

    private static AdapterUpload Upload(Dictionary<string, string> fields) => new(fields.GetValueOrDefault("name") ?? throw new RequestRefused(Problem.Invalid("name", "'name' is missing: the name of the adapter, in the query or in the form before the file.")))
    {
        BaseModel = fields.GetValueOrDefault("base_model"),
        State = fields.GetValueOrDefault("state") switch
        {
            null or "candidate" => AdapterState.Candidate,
            "draft" => AdapterState.Draft,
            var other => throw new RequestRefused(Problem.Invalid("state", $"'state' is '{other}'; a new version is a draft or a candidate.")),
        },
        Lineage = Json(fields, "lineage"),
        Metrics = Json(fields, "metrics"),
    };

    private static JsonElement? Json(Dictionary<string, string> fields, string name)
    {
        if (!fields.TryGetValue(name, out var text))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth }).RootElement is { ValueKind: JsonValueKind.Object } json ? json : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RequestRefused(Problem.Invalid(name, $"'{name}' must be a JSON object, nested {MostDepth} deep at most."));
        }
    }
}
