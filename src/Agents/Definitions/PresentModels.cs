using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;

namespace Platform.Agents.Definitions;

/// <summary>Says whether a model and adapters are there: a run fails without the one, and some services go on without the others and do not say so.</summary>
/// <param name="adapters">Null where only what the service lists as models is known.</param>
internal sealed class PresentModels(ServedModels models, AdapterAdmin? adapters = null)
{
    /// <summary>What is not there, by its place in model settings; none where all is. ModelHostException where that cannot be learned.</summary>
    public async Task<IReadOnlyList<DefinitionFault>> FaultsAsync(string model, IReadOnlyList<AdapterSetting> wanted, CancellationToken cancellation)
    {
        Findings found = new();
        if (model.Length == 0 && wanted.Count == 0)
            return found.All;
        try
        {
            await models.ChatModelAsync(cancellation, model);
        }
        catch (ModelHostException gone) when (gone.Kind == ModelHostErrorKind.ModelNotFound && model.Length > 0)
        {
            found.Add("id", DefinitionFaultKind.ModelAway, [model], gone.Message);
            return found.All;
        }
        var listed = (await models.ListAsync(cancellation)).Select(served => served.Id).ToList();
        if (model.Split(':', 2) is [_, var adapter] && !listed.Exists(id => id == model || model.EndsWith($"/{id}", StringComparison.Ordinal)))
            await LookAsync(adapter, "id", listed, found, cancellation);
        for (var i = 0; i < wanted.Count; i++)
            await LookAsync(wanted[i].Name, $"adapters[{i}].name", listed, found, cancellation);
        return found.All;
    }

    private async Task LookAsync(string adapter, string path, List<string> listed, Findings found, CancellationToken cancellation)
    {
        if (!listed.Exists(id => id.EndsWith($":{adapter}", StringComparison.Ordinal)) && !await IsKeptAsync(adapter, cancellation))
            found.Add(path, DefinitionFaultKind.AdapterAway, [adapter], $"The model service has no adapter '{Findings.Short(adapter)}'.");
    }

    /// <summary>Of a model that is not loaded no adapters are listed. Who does not say whether there is one is believed to have it.</summary>
    private async Task<bool> IsKeptAsync(string adapter, CancellationToken cancellation)
    {
        if (adapters is null)
            return false;
        try
        {
            return (await adapters.ListAsync(cancellation)).Any(kept => adapter == kept.Name || adapter == FormattableString.Invariant($"{kept.Name}@{kept.Version}"));
        }
        catch (ModelHostException unsaid)
        {
            return unsaid.StatusCode != 404; // another service than our own keeps none
        }
    }
}
