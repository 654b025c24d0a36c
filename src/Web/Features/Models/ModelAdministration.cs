using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Host;

namespace Platform.Web.Features.Models;

/// <summary>The pages' one way to the model service's administration. Each call asks anew who is on the circuit: UnauthorizedAccessException for anybody but administrators.</summary>
public sealed class ModelAdministration(CurrentCaller current, ModelAdmin models, ModelJobs jobs, EngineLive live, AdapterAdmin adapters, ServedEngines engines, ServedModels served, IChatClient chat, ModelUses uses)
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

    /// <summary>Which published agents answer with what.</summary>
    public Task<ModelUses> UsesAsync() => ForAdministratorAsync(uses);

    /// <summary>Deletes a model's file. ModelInUseException where published agents answer with it; ModelHostException as of <see cref="ModelAdmin.DeleteAsync"/>.</summary>
    public async Task DeleteModelAsync(string model)
    {
        var admin = await ModelsAsync();
        RefuseUsed(model, await uses.OfModelAsync(model, CancellationToken.None));
        await admin.DeleteAsync(model, CancellationToken.None);
    }

    /// <summary>Removes a version of an adapter for good. ModelInUseException where published agents answer with it; ModelHostException as of <see cref="AdapterAdmin.DeleteAsync"/>.</summary>
    public async Task DeleteAdapterAsync(AdminAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var admin = await AdaptersAsync();
        RefuseUsed(FormattableString.Invariant($"{adapter.Name}@{adapter.Version}"), await uses.OfAdapterAsync(adapter.Name, adapter.Version, adapter.IsServed, CancellationToken.None));
        await admin.DeleteAsync(adapter.Name, adapter.Version, CancellationToken.None);
    }

    private static void RefuseUsed(string subject, IReadOnlyList<AgentUse> agents)
    {
        if (agents.Count > 0)
        {
            throw new ModelInUseException(subject, agents);
        }
    }

    private async Task<T> ForAdministratorAsync<T>(T tool) =>
        (await current.GetAsync()).IsAdministrator ? tool : throw new UnauthorizedAccessException(OnlyAdministrators);
}
