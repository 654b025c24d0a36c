using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;

namespace Platform.Web.Features.Models;

/// <summary>A model of the page's list.</summary>
/// <param name="Engine">Whose it is, where it is not administered here; null else.</param>
public sealed record ListedModel(AdminModel Model, EngineReport? Engine)
{
    /// <summary>By which exactly this model is asked for, whoever else serves one of its name.</summary>
    public string Address => Engine is null ? Model.Id : $"{Engine.Name}/{Model.Id}";

    /// <summary>A model that is administered here.</summary>
    /// <param name="engines">The first is the one that it is of.</param>
    /// <param name="answering">As <see cref="ModelsSnapshot.Answering"/>; null where there is no other engine.</param>
    public static ListedModel Of(AdminModel model, IReadOnlyList<EngineReport> engines, string? answering)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ListedModel(answering is null ? model : model with { IsDefault = answering == model.Id || (engines is [var own, ..] && answering == $"{own.Name}/{model.Id}") }, null);
    }

    /// <summary>The models of an engine that somebody else runs. What it does not say of them stays unsaid.</summary>
    public static IEnumerable<ListedModel> Of(EngineReport engine, string? answering)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return engine.Served.Select(served => new ListedModel(
            new AdminModel(
                served.Id, AdminModelState.Other, null, [.. Abilities(served)], null, IsPinned: false, IsDefault: answering is not null && (answering == served.Id || answering == $"{engine.Name}/{served.Id}"), null,
                served.SizeBytes, 0, 0, 0, served.EmbeddingLength, "", ""),
            engine));
    }

    private static IEnumerable<string> Abilities(ServedModel served)
    {
        if (served.CanChat)
        {
            yield return "chat";
        }
        if (served.CanEmbed)
        {
            yield return "embeddings";
        }
        if (served.CanRerank)
        {
            yield return "rerank";
        }
    }
}
