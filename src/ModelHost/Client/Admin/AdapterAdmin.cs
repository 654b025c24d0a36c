using System.Globalization;
using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>The adapters of the model service: their versions, which of them is served, and adding more. Everything here throws ModelHostException; another engine than our own has none of it (StatusCode 404).</summary>
public sealed class AdapterAdmin
{
    private readonly ModelHostHttp _http;
    private readonly EnginePool _pool;

    internal AdapterAdmin(ModelHostHttp http, EnginePool pool) => (_http, _pool) = (http, pool);

    /// <summary>Every version of every adapter, by name and version.</summary>
    public async Task<IReadOnlyList<AdminAdapter>> ListAsync(CancellationToken cancellation) =>
        [.. ((await _http.GetAsync("/v1/adapters", ClientJson.Default.AdminAdapterListBody, cancellation)).Data ?? []).Select(adapter => adapter.ToAdapter())];

    public async Task<AdminAdapter> GetAsync(string name, int version, CancellationToken cancellation) =>
        (await _http.GetAsync(Path(name, version), ClientJson.Default.AdminAdapterBody, cancellation)).ToAdapter();

    /// <summary>Sends a GGUF file as the next version of an adapter, a draft. It is checked for its base model before anything can ask for it; refused (code adapter_unusable) with the reason.</summary>
    /// <param name="name">a-z, 0-9, '-', '_' and '.'; 1 to 64.</param>
    /// <param name="file">Read once, from where it stands to its end.</param>
    /// <param name="baseModel">Id of the model that it is for; null lets the file say.</param>
    public async Task<AdminAdapter> AddAsync(string name, Stream file, string? baseModel, CancellationToken cancellation)
    {
        var path = $"/v1/adapters?state=draft&name={Uri.EscapeDataString(name)}" + (baseModel is null ? "" : $"&base_model={Uri.EscapeDataString(baseModel)}");
        var added = await _http.UploadAsync(path, file, ClientJson.Default.AdminAdapterBody, cancellation);
        _pool.Forget();
        return added.ToAdapter();
    }

    /// <summary>Sends an adapter as PEFT saves it; the job that makes the next version of it, a draft, is followed by <see cref="ModelJobs"/>.</summary>
    /// <param name="name">a-z, 0-9, '-', '_' and '.'; 1 to 64.</param>
    /// <param name="config">adapter_config.json.</param>
    /// <param name="weights">adapter_model.safetensors; read once, from where it stands to its end.</param>
    /// <param name="baseModel">Id of the model that it was trained on.</param>
    public async Task<ModelJob> ImportPeftAsync(string name, string config, Stream weights, string baseModel, CancellationToken cancellation) =>
        (await _http.UploadFormAsync("/v1/adapters/peft", "weights", "adapter_model.safetensors", weights, [("name", name), ("base_model", baseModel), ("config", config)], ClientJson.Default.ModelJobBody, cancellation)).ToJob();

    /// <summary>Keeps how a version and its base answered golden questions; its gate asks for it where its lineage names such. Refused (409, code questions_changed) where it has others by now.</summary>
    /// <param name="file">Id of the file with the questions that were asked.</param>
    /// <param name="askedBase">Of which knowledge base.</param>
    /// <param name="questions">That both were asked, 1 to 10,000.</param>
    /// <param name="accuracy">Share answered rightly with the adapter, 0 to 1.</param>
    /// <param name="baseAccuracy">The same without it.</param>
    /// <param name="leftOut">Further questions that neither was asked, as they do not fit the context.</param>
    /// <param name="withoutModel">Of those that both were asked, the ones that were answered without either, as nothing was found for them.</param>
    public async Task<AdminAdapter> SetGoldenAsync(string name, int version, string file, Guid askedBase, int questions, double accuracy, double baseAccuracy, int leftOut, int withoutModel, CancellationToken cancellation) =>
        (await _http.PostAsync(Path(name, version) + "/golden", new JsonObject { ["golden_file"] = file, ["golden_base"] = askedBase.ToString(), ["questions"] = questions, ["accuracy"] = accuracy, ["base_accuracy"] = baseAccuracy, ["left_out"] = leftOut, ["without_model"] = withoutModel }, ClientJson.Default.AdminAdapterBody, cancellation)).ToAdapter();

    /// <summary>Keeps why a version could not be asked golden questions; until <see cref="ForgetGoldenAsync"/> nobody tries it again. Refused as <see cref="SetGoldenAsync"/>.</summary>
    /// <param name="file">Id of the file with the questions.</param>
    /// <param name="askedBase">Their knowledge base.</param>
    /// <param name="code">1 to 64 of a-z, 0-9 and _.</param>
    /// <param name="message">1 to 1,000 characters.</param>
    public async Task<AdminAdapter> SetGoldenFailureAsync(string name, int version, string file, Guid askedBase, string code, string message, CancellationToken cancellation) =>
        (await _http.PostAsync(Path(name, version) + "/golden", new JsonObject { ["golden_file"] = file, ["golden_base"] = askedBase.ToString(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }, ClientJson.Default.AdminAdapterBody, cancellation)).ToAdapter();

    /// <summary>Names the golden questions that a version is asked from now on, in the place of those that its job named.</summary>
    /// <param name="file">Id of the file with the questions, kept with the model service.</param>
    /// <param name="by">Id of the person in whose name they are asked.</param>
    /// <param name="called">What they are called; null for no name.</param>
    public Task ChooseGoldenAsync(string name, int version, string file, Guid askedBase, string by, string? called, CancellationToken cancellation) =>
        _http.PostAsync(Path(name, version) + "/golden/questions", new JsonObject { ["golden_file"] = file, ["golden_base"] = askedBase.ToString(), ["golden_by"] = by, ["golden_name"] = called }, ClientJson.Default.AdminAdapterBody, cancellation);

    /// <summary>Forgets how a version answered golden questions, or why it could not be asked: it is asked again.</summary>
    public Task ForgetGoldenAsync(string name, int version, CancellationToken cancellation) => _http.DeleteAsync(Path(name, version) + "/golden", cancellation);

    /// <summary>From the next request on, the adapter's name without a version means this one. One that does not pass the gate is refused (409, code gate_failed) without a reason.</summary>
    /// <param name="overrideReason">Why it is let through all the same; kept with it. Null for none.</param>
    /// <param name="by">Who does it, 1 to 200 characters; kept with it.</param>
    public Task<AdminAdapter> PromoteAsync(string name, int version, string? overrideReason, string? by, CancellationToken cancellation) => ChangeAsync(Path(name, version) + "/promote", new JsonObject { ["override_reason"] = overrideReason, ["by"] = by }, cancellation);

    /// <summary>Lets a share of the requests that name no version get this one beside the one in production; refused (409) where none is, and by the gate as <see cref="PromoteAsync"/>.</summary>
    /// <param name="share">0 to 1; 0 takes it back.</param>
    public Task<AdminAdapter> SetCanaryAsync(string name, int version, double share, string? overrideReason, CancellationToken cancellation) =>
        ChangeAsync(Path(name, version) + "/canary", new JsonObject { ["share"] = share, ["override_reason"] = overrideReason }, cancellation);

    /// <summary>Puts the version that was in production before this one back; refused (409) when this one is not in production or none was before it. Returns the one that is served now.</summary>
    /// <param name="by">As of <see cref="PromoteAsync"/>.</param>
    public Task<AdminAdapter> RollbackAsync(string name, int version, string? by, CancellationToken cancellation) => ChangeAsync(Path(name, version) + "/rollback", new JsonObject { ["by"] = by }, cancellation);

    /// <summary>Starts to measure what is not known yet of how a version compares with its base, as a job among <see cref="ModelJobs"/>; refused (409, code wrong_state) where nothing is left to measure.</summary>
    /// <param name="validationFile">Id of an uploaded file of rows to measure by, in the place of what was measured by others before; null takes those that its job held out.</param>
    public async Task<ModelJob> MeasureAsync(string name, int version, string? validationFile, CancellationToken cancellation) =>
        (await _http.PostAsync(Path(name, version) + "/measure", new JsonObject { ["validation_file"] = validationFile }, ClientJson.Default.ModelJobBody, cancellation)).ToJob();

    /// <summary>Writes a version's GGUF file into a stream.</summary>
    public Task ReadAsync(string name, int version, Stream target, CancellationToken cancellation) => _http.DownloadAsync(Path(name, version) + "/content", target, cancellation);

    /// <summary>Removes a version for good; refused (409) while it is in production or answers run with it.</summary>
    public async Task DeleteAsync(string name, int version, CancellationToken cancellation)
    {
        await _http.DeleteAsync(Path(name, version), cancellation);
        _pool.Forget();
    }

    private async Task<AdminAdapter> ChangeAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        var changed = await _http.PostAsync(path, body, ClientJson.Default.AdminAdapterBody, cancellation);
        _pool.Forget();
        return changed.ToAdapter();
    }

    private static string Path(string name, int version) => $"/v1/adapters/{Uri.EscapeDataString(name)}/versions/{version.ToString(CultureInfo.InvariantCulture)}";
}
