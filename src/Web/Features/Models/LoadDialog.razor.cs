using Microsoft.AspNetCore.Components;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Layout;

namespace Platform.Web.Features.Models;

/// <summary>Asks how much of a model's context is wanted, says what it would need, and stays until the model is loaded or the person leaves it.</summary>
public sealed partial class LoadDialog(ModelAdministration administration, ModelsWindow window)
{
    private ElementReference element;
    private AdminModel? model;
    private LoadChoice choice = LoadChoice.Usual;
    private (LoadChoice Of, WhatFits Fit)? said;
    private ModelHostException? problem;
    private bool isOpen, loading;

    [Parameter] public ModelsSnapshot? Snapshot { get; set; }

    /// <summary>Loads; what it is refused with, or null.</summary>
    [Parameter, EditorRequired] public Func<LoadWish, Task<ModelHostException?>> OnLoad { get; set; } = default!;

    // Only ever of the numbers that stand there now.
    private WhatFits? Fit => said is { } told && choice.IsValid && told.Of == choice ? told.Fit : null;

    private string Range => choice switch
    {
        { ContextIsWrong: true } => Texts["ContextWrong", LoadChoice.Least, choice.Most],
        { Trained: > 0 } => Texts["ContextHint", choice.Trained, LoadChoice.Least, choice.Most],
        _ => Texts["ContextHintUnknown"],
    };

    private string RopeHint => choice switch
    {
        { ScalingIsMissing: true } => Texts["RopeMissing", choice.Trained],
        { FactorIsWrong: true } => Texts["RopeFactorWrong", choice.LeastFactor, LoadChoice.MostFactor],
        _ => Texts["RopeHint", choice.Trained],
    };

    // What an empty field comes to, where that is known.
    private string Placeholder => model is { ChosenContext: null, ChosenRope: null, ContextTokens: > 0 and var usual }
        ? (choice.IsStretched ? "" : Texts[choice.Steps.Count > 0 ? "Count" : "UsualCount", usual])
        : choice.Steps.Count > 0 ? "" : Texts["AsUsual"];

    private IReadOnlyList<MemoryPiece> Pieces(WhatFits fit) => [.. Snapshot!.Pieces(but: model!.Id), new MemoryPiece(MemoryKind.Coming, fit.NeedsBytes)];

    public async Task OpenAsync(AdminModel wanted)
    {
        (model, choice, said, problem, isOpen, loading) = (wanted, LoadChoice.Of(wanted), null, null, true, false);
        StateHasChanged();
        await window.Js.OpenDialogAsync(element);
        await AskAsync();
    }

    private Task ChooseAsync(LoadChoice chosen)
    {
        (choice, problem) = (chosen, null);
        return AskAsync();
    }

    private async Task AskAsync()
    {
        var (of, asked) = (model, choice);
        if (of is null || !asked.IsValid)
        {
            return;
        }
        try
        {
            var fit = await (await administration.ModelsAsync()).FitAsync(of.Id, asked.Tokens, asked.Rope, CancellationToken.None);
            if (model == of && choice == asked) // more may have been typed meanwhile
            {
                (said, problem) = ((asked, WhatFits.Of(fit.NeedsBytes, fit.FreeBytes, Snapshot?.HoldersBut(of.Id) ?? [])), null);
            }
        }
        catch (ModelHostException refused) when (model == of && choice == asked)
        {
            problem = refused;
        }
        catch (ModelHostException)
        {
            return; // of numbers that stand there no more
        }
    }

    private async Task LoadAsync()
    {
        if (model is not { } wanted || Fit is not { Never: false } fit || loading)
        {
            return;
        }
        (loading, problem) = (true, null);
        var refused = await OnLoad(new LoadWish(wanted.Id, choice.Tokens, choice.Rope, [.. fit.MustGo.Select(holder => holder.Name)]));
        if (model != wanted || !isOpen)
        {
            if (refused is not null)
            {
                window.Toasts.Error(Texts["LoadRefused", wanted.Id, Texts.Reason(refused)], refused.Message);
            }
            return;
        }
        (loading, problem) = (false, refused);
        if (refused is null)
        {
            await CloseAsync();
        }
    }

    private Task CloseAsync() => window.Js.CloseDialogAsync(element);
}
