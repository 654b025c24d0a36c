using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Says whether a model and adapters are there: a run fails without the one, and some services go on without the others and do not say so.</summary>
/// <param name="adapters">Null where only what the service lists as models is known.</param>
internal sealed class PresentModels(ServedModels models, AdapterAdmin? adapters = null)
{
    private const int MostNamed = 20;

    /// <summary>What is not there, by its place in model settings; none where all is. Who is no administrator is answered by released versions of adapters alone: others are not there for them. The second value of a fault is what there is, with commas. ModelHostException where that cannot be learned.</summary>
    public async Task<IReadOnlyList<DefinitionFault>> FaultsAsync(Caller caller, string model, IReadOnlyList<AdapterSetting> wanted, CancellationToken cancellation)
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
            found.Add("id", DefinitionFaultKind.ModelAway, [model, Named((await models.ListAsync(cancellation)).Where(served => served.CanChat && IsTold(caller, served.Id)).Select(served => served.Id))], gone.Message);
            return found.All;
        }
        var listed = (await models.ListAsync(cancellation)).Select(served => served.Id).Where(id => IsTold(caller, id)).ToList();
        if (model.Split(':', 2) is [_, var adapter] && !listed.Exists(id => id == model || model.EndsWith($"/{id}", StringComparison.Ordinal)))
            await LookAsync(caller, adapter, "id", listed, found, cancellation);
        for (var i = 0; i < wanted.Count; i++)
            await LookAsync(caller, wanted[i].Name, $"adapters[{i}].name", listed, found, cancellation);
        return found.All;
    }

    private async Task LookAsync(Caller caller, string adapter, string path, List<string> listed, Findings found, CancellationToken cancellation)
    {
        if (listed.Exists(id => id.EndsWith($":{adapter}", StringComparison.Ordinal)))
            return;
        if (await KeptAsync(caller, cancellation) is not { } kept || kept.Contains(adapter))
            return;
        var there = Named(listed.Where(id => id.Contains(':', StringComparison.Ordinal)).Select(id => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..]).Concat(kept));
        found.Add(path, DefinitionFaultKind.AdapterAway, [adapter, there], $"The model service has no adapter '{Findings.Short(adapter)}'. {(there.Length > 0 ? $"It has {there}." : "It has none.")}");
    }

    /// <summary>Adapters by name, and by name and version: of a model that is not loaded none are listed. Null where the service does not say: it is believed to have what is asked for.</summary>
    private async Task<IReadOnlyList<string>?> KeptAsync(Caller caller, CancellationToken cancellation)
    {
        if (adapters is null)
            return [];
        try
        {
            return [.. (await adapters.ListAsync(cancellation)).Where(kept => caller.IsAdministrator || kept.IsReleased).SelectMany(kept => (string[])[kept.Name, FormattableString.Invariant($"{kept.Name}@{kept.Version}")])];
        }
        catch (ModelHostException unsaid)
        {
            return unsaid.StatusCode != 404 ? null : []; // another service than our own keeps none
        }
    }

    /// <summary>Versions are listed to administrators alone: which of them is released, the list of models does not say.</summary>
    private static bool IsTold(Caller caller, string id) => caller.IsAdministrator || !id.Contains('@', StringComparison.Ordinal);

    private static string Named(IEnumerable<string> ids)
    {
        var all = ids.Distinct().Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", all.Take(MostNamed)) + (all.Count > MostNamed ? ", …" : "");
    }
}
