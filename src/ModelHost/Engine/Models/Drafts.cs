namespace Platform.ModelHost.Engine.Models;

/// <summary>Which model drafts for which. A draft is loaded when it is first asked for and goes with the model that it drafts for; it pushes no other model out.</summary>
internal sealed class Drafts(ModelCatalog catalog, ModelLoader loader, ModelTryOut tryOut, MemoryLedger ledger, string? configured) : IDisposable
{
    private readonly SemaphoreSlim loading = new(1, 1);

    /// <summary>Sees to it that a model has its draft.</summary>
    /// <param name="model">Held by the caller, so that it stays loaded.</param>
    /// <param name="wanted">Id of a model of the catalogue; null takes what the drafted model's card says, or Engine:DraftModel.</param>
    /// <param name="mayChoose">False refuses another one than null would take.</param>
    /// <param name="cancellation">Ends the loading.</param>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile, OutOfMemory; BadRequest: there is none, or it does not fit; Busy: another one drafts for this model.</exception>
    internal async Task EnsureAsync(LoadedModel model, string? wanted, bool mayChoose, CancellationToken cancellation)
    {
        var named = wanted is null ? default : Named(wanted);
        if (IsThere(model, wanted)) { return; }
        if (wanted is not null && !mayChoose && !wanted.Equals(UsualOrNone(model), StringComparison.OrdinalIgnoreCase))
        {
            throw new EngineException(EngineErrorKind.BadRequest, $"'{wanted}' is not set to draft for '{model.Info.Id}', and choosing another takes the administrator's key: it stays loaded. Leave draft_model out.") { Parameter = "draft_model" };
        }
        await loading.WaitAsync(cancellation);
        try
        {
            if (IsThere(model, wanted)) { return; }
            var (id, path) = wanted is null ? catalog.FileOf(Usual(model)) : named;
            await Task.Run(() => LoadAsync(model, id, path, cancellation), cancellation);
        }
        finally
        {
            loading.Release();
        }
    }

    public void Dispose() => loading.Dispose();

    private (string Id, string Path) Named(string wanted)
    {
        try
        {
            return catalog.FileOf(wanted);
        }
        catch (EngineException absent) when (absent.Kind == EngineErrorKind.ModelNotFound)
        {
            throw new EngineException(absent.Kind, absent.Message, absent) { Parameter = "draft_model" };
        }
    }

    private static bool IsThere(LoadedModel model, string? wanted)
    {
        if (model.Generating.Draft is not { } draft) { return false; }
        if (wanted is null || draft.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase)) { return true; }
        throw new EngineException(EngineErrorKind.Busy, $"'{draft.Id}' drafts for '{model.Info.Id}'. Leave draft_model out to use it, or unload '{model.Info.Id}' first to draft with '{wanted}'.") { Parameter = "draft_model" };
    }

    private string? UsualOrNone(LoadedModel model) => ModelCard.Beside(catalog.FileOf(model.Info.Id).Path).Draft ?? configured;

    private string Usual(LoadedModel model) => UsualOrNone(model)
        ?? throw new EngineException(EngineErrorKind.BadRequest, $"No model drafts for '{model.Info.Id}'. Name one in draft_model, in Engine:DraftModel, or as 'draft' in the front matter of the model's card.") { Parameter = "draft_model" };

    private async Task LoadAsync(LoadedModel model, string id, string path, CancellationToken cancellation)
    {
        var file = loader.Check(id, path, embeds: null, LoadSettings.Usual, cancellation);
        if (file.Embeds) { throw new EngineException(EngineErrorKind.BadRequest, $"'{file.Id}' writes no text, so it cannot draft. Name a small chat model.") { Parameter = "draft_model" }; }
        var uses = ModelLoader.DraftUses(file, model.Info);
        if (!ledger.TryTake(uses)) { throw ledger.Refusal(uses); }
        try
        {
            await tryOut.TryAsync(file, cancellation);
            model.Generating.Draft = loader.LoadDraft(file, model.Info, model.Generating.Model, cancellation);
        }
        catch
        {
            foreach (var use in uses) { ledger.TrySet(use with { Bytes = 0 }); }
            throw;
        }
    }
}
