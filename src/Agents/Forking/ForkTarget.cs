using Platform.Agents.Definitions;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;

namespace Platform.Agents.Forking;

/// <summary>Says whether the other model and adapters of a fork are there: its run would fail without the one, and some services go on without the others and do not say so.</summary>
/// <param name="adapters">Null where only what the service lists as models is known.</param>
internal sealed class ForkTarget(ServedModels models, AdapterAdmin? adapters = null)
{
    /// <summary>Throws FieldException for what is not there, and ModelHostException where that cannot be learned.</summary>
    public async Task RequireAsync(ForkOverrides overrides, CancellationToken cancellation)
    {
        var (model, wanted) = (overrides.Model ?? "", overrides.Adapters ?? []);
        if (model.Length == 0 && wanted.Count == 0)
            return;
        try
        {
            await models.ChatModelAsync(cancellation, model);
        }
        catch (ModelHostException gone) when (gone.Kind == ModelHostErrorKind.ModelNotFound && model.Length > 0)
        {
            throw new FieldException("overrides.model", gone.Message);
        }
        var listed = (await models.ListAsync(cancellation)).Select(served => served.Id).ToList();
        if (model.Split(':', 2) is [_, var adapter] && !listed.Exists(id => id == model || model.EndsWith($"/{id}", StringComparison.Ordinal)))
            await RequireAsync(adapter, "overrides.model", listed, cancellation);
        for (var i = 0; i < wanted.Count; i++)
            await RequireAsync(wanted[i].Name, $"overrides.adapters[{i}].name", listed, cancellation);
    }

    private async Task RequireAsync(string adapter, string field, List<string> listed, CancellationToken cancellation)
    {
        if (!listed.Exists(id => id.EndsWith($":{adapter}", StringComparison.Ordinal)) && !await IsKeptAsync(adapter, cancellation))
            throw new FieldException(field, $"The model service has no adapter '{Findings.Short(adapter)}'.");
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
