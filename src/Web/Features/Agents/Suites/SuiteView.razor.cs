using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Testing;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Chat;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Agents.Suites;

/// <summary>One suite: its tests, what they are run with, and the table of a run as it fills. What runs belongs to the server.</summary>
public sealed partial class SuiteView(TestLibrary library, SuiteRuns suiteRuns, AgentLibrary agents, ChatSubjects subjects, CurrentAsker asking, AgentsWindow window) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(700);

    private readonly CancellationTokenSource gone = new();
    private readonly HashSet<Guid> picked = [];
    private readonly HashSet<string> targets = new(StringComparer.Ordinal) { "" };
    private readonly List<TargetDraft> adapted = [];
    private ConfirmDialog? confirm;
    private TestDialog? dialog;
    private Caller caller = default!;
    private TestSuite? suite;
    private Agent? agent;
    private IReadOnlyList<AgentTest> tests = [];
    private IReadOnlyList<string> served = [], tools = [];
    private IReadOnlyList<SuiteRun> history = [];
    private SuiteRun? run;
    private Guid? shown;
    private string? rename, problem;
    private bool draft = true, missing, starting, looking;

    [Parameter, EditorRequired] public Guid SuiteId { get; set; }

    [Inject] private CurrentCaller Current { get; set; } = default!;

    [Inject] private IStringLocalizer<AgentsTexts> Texts { get; set; } = default!;

    // Empty stands for the agent's own.
    private IEnumerable<string> Models => served.Prepend("");

    private IReadOnlyList<string> Bases => [.. served.Where(id => !served.Any(other => id.StartsWith($"{other}:", StringComparison.Ordinal)))];

    private IReadOnlyList<TestTarget> Targets => [.. Models.Where(targets.Contains).Select(model => new TestTarget(model)), .. adapted.Select(target => target.Written())];

    protected override async Task OnInitializedAsync()
    {
        caller = await Current.GetAsync();
        suite = (await library.SuitesAsync(caller, null, gone.Token)).FirstOrDefault(one => one.Id == SuiteId);
        missing = suite is null;
        if (suite is null)
        {
            return;
        }
        tests = await library.TestsAsync(caller, SuiteId, gone.Token);
        picked.UnionWith(tests.Select(test => test.Id));
        agent = (await agents.ListAsync(caller, gone.Token)).FirstOrDefault(one => one.Id == suite.AgentId);
        draft = agent is { MayChange: true };
        tools = agent is null ? [] : await ToolsAsync(agent);
        served = [.. (await subjects.ModelsAsync(gone.Token) ?? []).Select(model => model.Id)];
        history = await suiteRuns.ListAsync(caller, SuiteId, gone.Token);
        if (history.Count > 0)
        {
            await ShowAsync(history[0].Id);
        }
    }

    // Of what is tested: the draft, for who may change it.
    private async Task<IReadOnlyList<string>> ToolsAsync(Agent tested)
    {
        var definition = tested.MayChange ? await agents.DraftAsync(caller, tested.Id, gone.Token) : (await agents.PublishedAsync(caller, tested.Slug, gone.Token)).Definition;
        return [.. definition.Tools.Select(tool => tool.Name)];
    }

    private async Task SavedAsync(AgentTest saved)
    {
        picked.Add(saved.Id);
        tests = await library.TestsAsync(caller, SuiteId, gone.Token);
    }

    private async Task ShowAsync(Guid suiteRunId)
    {
        run = await suiteRuns.GetAsync(caller, suiteRunId, gone.Token);
        if (run.EndedAt is null && !looking)
        {
            _ = LookAgainAsync();
        }
    }

    // Until the run that is shown has ended.
    private async Task LookAgainAsync()
    {
        looking = true;
        await Looking.EveryAsync(Look, window.Time, window.Log, ReadAsync, gone.Token);
        looking = false;
    }

    private async Task<bool> ReadAsync()
    {
        try
        {
            if (run is { EndedAt: null } going)
            {
                var now = await suiteRuns.GetAsync(caller, going.Id, gone.Token);
                run = run?.Id == now.Id ? now : run;
            }

            if (run is not { EndedAt: null })
            {
                history = await suiteRuns.ListAsync(caller, SuiteId, gone.Token);
            }
        }
        catch (NotFoundException)
        {
            missing = true;
        }

        StateHasChanged();
        return !missing && run is { EndedAt: null };
    }

    private async Task StartAsync()
    {
        if (starting || run is { EndedAt: null })
        {
            return; // clicked twice
        }
        (starting, problem) = (true, null);
        try
        {
            var asker = await asking.GetAsync();
            StartSuite start = new(Guid.NewGuid(), SuiteId, Targets, draft) { Tests = [.. picked], TimeZone = asker.TimeZone };
            run = await suiteRuns.StartAsync(caller, start, asker.Name, CancellationToken.None);
            history = await suiteRuns.ListAsync(caller, SuiteId, gone.Token);
            await ShowAsync(run.Id);
        }
        catch (NotFoundException)
        {
            window.Toasts.Error(Texts["NothingToTest"]);
        }
        catch (AbsentTargetException absent)
        {
            problem = absent.Present.Length > 0 ? Texts["TargetAway", absent.Name, absent.Present] : Texts["TargetAwayNone", absent.Name];
        }
        catch (ModelHostException away)
        {
            window.Log.LogInformation(away, "What a suite is to be run with could not be looked up");
            problem = Texts["TargetsUnknown"];
        }
        catch (ArgumentException refused)
        {
            window.Toasts.Error(Texts["SuiteRefused", SuiteRuns.MaxTargets, SuiteRuns.MaxCells], refused.Message);
        }
        finally
        {
            starting = false;
        }
    }

    private Task StopAsync() => run is { } going ? suiteRuns.CancelAsync(caller, going.Id, CancellationToken.None) : Task.CompletedTask;

    private async Task DeleteTestAsync(AgentTest test)
    {
        if (confirm is not null && await confirm.AskAsync(new Confirmation(Texts["DeleteTestTitle", test.Case.Name], Texts["DeleteTestText"], Texts["Delete"]) { Danger = true }))
        {
            await library.DeleteTestAsync(caller, SuiteId, test.Id, CancellationToken.None);
            tests = await library.TestsAsync(caller, SuiteId, gone.Token);
            picked.IntersectWith(tests.Select(left => left.Id));
        }
    }

    private async Task RenameAsync()
    {
        if (rename is not { } wanted)
        {
            return; // sent twice
        }
        try
        {
            await library.RenameSuiteAsync(caller, SuiteId, wanted, CancellationToken.None);
            (suite, rename) = (suite! with { Name = wanted.Trim() }, null);
        }
        catch (NotFoundException)
        {
            missing = true;
        }
    }

    private async Task DeleteAsync()
    {
        if (confirm is null || !await confirm.AskAsync(new Confirmation(Texts["DeleteSuiteTitle", suite!.Name], Texts["DeleteSuiteText"], Texts["Delete"]) { Danger = true }))
        {
            return;
        }
        try
        {
            await library.DeleteSuiteAsync(caller, SuiteId, CancellationToken.None);
            window.Navigation.NavigateTo("/suites");
        }
        catch (RunConflictException)
        {
            window.Toasts.Error(Texts["SuiteIsRunning"]);
        }
    }

    private static void Toggle<T>(HashSet<T> chosen, T one)
    {
        if (!chosen.Remove(one))
        {
            chosen.Add(one);
        }
    }

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }
}
