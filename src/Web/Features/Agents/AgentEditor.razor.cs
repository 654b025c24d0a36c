using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;
using Platform.Agents.Definitions;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Web.Features.Agents.Editing;
using Platform.Web.Features.Chat;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Agents;

/// <summary>One agent: its draft in a form, and a chat that tries what stands in the form.</summary>
public sealed partial class AgentEditor(AgentLibrary library, KnowledgeBases knowledge, ServedModels served, ToolCatalog catalog, CurrentCaller current, AgentsWindow window) : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private EditedAgent form = new(new AgentDefinition());
    private Agent? agent;
    private Caller caller = default!;
    private IReadOnlyList<KnowledgeBase> bases = [];
    private IReadOnlyList<ServedModel> models = [];
    private IReadOnlyList<AgentTool>? tools;
    private IReadOnlyList<Agent> others = [];
    private ServedModel? usual;
    private PublishDialog? publish;
    private VersionsDialog? versions;
    private NewAgentDialog? dialog;
    private AgentChanges? changes;
    private ConfirmDialog? confirm;
    private bool saving, trying;
    private int trials;

    [Parameter, EditorRequired] public Guid AgentId { get; set; }

    [Inject] private IStringLocalizer<AgentsTexts> Texts { get; set; } = default!;

    // The model that the form names, where its own words are no answers.
    private string? WeakModel => (form.Now.Model.Id.Length == 0 ? usual : models.FirstOrDefault(model => model.Id == form.Now.Model.Id)) is { CanAnswer: false } weak ? weak.Id : null;

    // What the draft names and this installation lacks, once it is known what it has.
    private IReadOnlyList<string> Away => tools is null ? [] : form.ToolsAway(tools);

    protected override async Task OnInitializedAsync()
    {
        caller = await current.GetAsync();
        form = new EditedAgent(await library.DraftAsync(caller, AgentId, gone.Token));
        form.Changed += StateHasChanged;
        bases = await knowledge.ListAsync(caller, gone.Token);
        others = [.. (await library.ListAsync(caller, gone.Token)).Where(other => other.Id != AgentId && other.PublishedVersion is not null)];
        await ReadModelsAsync();
        agent = await library.GetAsync(caller, AgentId, gone.Token);
        StateHasChanged();
        tools = await catalog.ListAsync(gone.Token); // servers of others may take their time
    }

    // Without the model service the form works: it only cannot say what is served.
    private async Task ReadModelsAsync()
    {
        try
        {
            models = ChatSubjects.Offered(caller, [.. (await served.ListAsync(gone.Token)).Where(model => model.CanChat)]);
            usual = await served.ChatModelAsync(gone.Token);
        }
        catch (ModelHostException away)
        {
            window.Log.LogInformation(away, "The agent editor does not know the served models");
        }
    }

    private async Task LookAsync() => agent = await library.GetAsync(caller, AgentId, gone.Token);

    private void Deleted()
    {
        form.Replace(form.Now);
        window.Navigation.NavigateTo("/agents");
    }

    private async Task<bool> SaveAsync() => !TellsFault() && await TryAsync(StoreAsync);

    // True where something in the form keeps it from being stored; it has been said then.
    private bool TellsFault()
    {
        if (form.Faults.Count == 0)
        {
            return false;
        }
        window.Toasts.Error(Texts["MendFirst", FaultWords.Of(form.Faults[0], Texts)]);
        return true;
    }

    private async Task StoreAsync()
    {
        var saved = form.Now;
        agent = await library.ReplaceDraftAsync(caller, AgentId, saved, form.Begun, CancellationToken.None);
        form.Stored(saved);
    }

    private async Task AskPublishAsync()
    {
        if (form.IsUnsaved && TellsFault())
        {
            return;
        }
        await TryAsync(async () =>
        {
            // Servers of tools may take their time, and a second click begins no second look.
            if (await library.AwayAsync(caller, form.Now, gone.Token) is { Count: > 0 } away)
            {
                window.Toasts.Error(Texts["NotPublished", string.Join(' ', away.Select(fault => FaultWords.Of(fault, Texts)))]);
                return;
            }
            if (form.IsUnsaved)
            {
                await StoreAsync();
            }
            if (agent is { } saved && publish is not null)
            {
                var differences = saved.PublishedVersion is { } running ? await library.DiffAsync(caller, AgentId, running, null, gone.Token) : [];
                var newest = saved.PublishedVersion is null ? 0 : (await library.VersionsAsync(caller, AgentId, gone.Token)).Max(version => version.Number);
                await publish.OpenAsync(newest + 1, differences);
            }
        });
    }

    private async Task PublishAsync(string note)
    {
        var isPublished = await TryAsync(async () => window.Toasts.Info(Texts["Published", (await library.PublishAsync(caller, AgentId, note, CancellationToken.None, form.Begun)).Number]));
        if (isPublished)
        {
            await TryAsync(LookAsync); // a failing look does not say that it was not published
        }
    }

    private async Task RestoreAsync(int number)
    {
        // A draft that was saved with care and never published stands nowhere else.
        var isLost = agent is { HasUnpublished: true };
        if ((form.IsUnsaved || isLost) && !(confirm is not null && await confirm.AskAsync(new Confirmation(Texts["RestoreTitle", number], Texts[isLost ? "RestoreDraftText" : "RestoreText"], Texts["Restore"]))))
        {
            return;
        }
        await TryAsync(async () =>
        {
            agent = await library.RestoreAsync(caller, AgentId, number, form.Begun, CancellationToken.None);
            form.Replace(await library.DraftAsync(caller, AgentId, CancellationToken.None));
            window.Toasts.Info(Texts["Restored", number]);
        });
    }

    private Task<bool> ChangeAccessAsync(AgentVisibility visibility) => TryAsync(async () =>
    {
        await library.SetVisibilityAsync(caller, AgentId, visibility, CancellationToken.None);
        await LookAsync();
    });

    private async Task BeforeLeavingAsync(LocationChangingContext leaving)
    {
        if (form.IsUnsaved && !await MayLeaveAsync())
        {
            leaving.PreventNavigation();
        }
    }

    // What cannot be saved keeps the person here, who has been told why.
    private async Task<bool> MayLeaveAsync() => confirm is not null && await confirm.ChooseAsync(new Confirmation(Texts["LeaveTitle"], Texts["LeaveText"], Texts["SaveAndLeave"]) { Instead = Texts["LeaveUnsaved"], Cancel = Texts["Stay"] }) switch
    {
        Confirmed.Yes => await SaveAsync(),
        Confirmed.Instead => true,
        _ => false,
    };

    // False when it was not done; why has been said then.
    private async Task<bool> TryAsync(Func<Task> change)
    {
        if (saving)
        {
            return false; // clicked twice
        }
        saving = true;
        try
        {
            await change();
            return true;
        }
        catch (DefinitionException refused)
        {
            window.Toasts.Error(Texts["MendFirst", FaultWords.Of(refused.Faults[0], Texts)], refused.Message);
        }
        catch (AgentConflictException refused)
        {
            window.Toasts.Error(refused.IsSlugTaken ? Texts["SlugTaken", form.Now.Slug] : Texts["ChangedMeanwhile"], refused.Message);
        }
        catch (NotFoundException)
        {
            window.Toasts.Error(Texts["AgentGone"]);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // What is unsaved in the form stays there.
            window.Log.LogWarning(failed, "Agent {Agent} could not be changed", AgentId);
            window.Toasts.Error(Texts["ActionFailed"], failed.Message);
        }
        finally
        {
            saving = false;
        }
        return false;
    }

    public void Dispose()
    {
        form.Changed -= StateHasChanged;
        gone.Cancel();
        gone.Dispose();
    }
}
