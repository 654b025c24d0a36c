using Microsoft.Extensions.AI;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Host;

namespace Platform.Web.Features.Models;

/// <summary>The pages' one way to the model service's administration. Each call asks anew who is on the circuit: UnauthorizedAccessException for anybody but administrators.</summary>
public sealed class ModelAdministration(CurrentCaller current, ModelAdmin models, ModelJobs jobs, EngineLive live, AdapterAdmin adapters, ServedEngines engines, ServedModels served, IChatClient chat)
{
    private const string OnlyAdministrators = "Only administrators may see and change models.";

    public Task<ModelAdmin> ModelsAsync() => ForAdministratorAsync(models);

    public Task<ModelJobs> JobsAsync() => ForAdministratorAsync(jobs);

    public Task<EngineLive> LiveAsync() => ForAdministratorAsync(live);

    public Task<AdapterAdmin> AdaptersAsync() => ForAdministratorAsync(adapters);

    public Task<ServedEngines> EnginesAsync() => ForAdministratorAsync(engines);

    /// <summary>What the engines serve, taken together.</summary>
    public Task<ServedModels> ServedAsync() => ForAdministratorAsync(served);

    /// <summary>To try any model, be it in use or not.</summary>
    public Task<IChatClient> ChatAsync() => ForAdministratorAsync(chat);

    private async Task<T> ForAdministratorAsync<T>(T tool) =>
        (await current.GetAsync()).IsAdministrator ? tool : throw new UnauthorizedAccessException(OnlyAdministrators);
}
