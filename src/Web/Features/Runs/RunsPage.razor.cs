using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Web.Features.Account;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>A person's runs, or for administrators all; looked at again every few seconds while some go on.</summary>
public sealed partial class RunsPage(RunArchive archive, AgentLibrary library, AccountDirectory accounts, CurrentCaller current, NavigationManager navigation, TimeProvider time)
{
    private const int FirstWords = 110, LooksWhileIdle = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource gone = new();
    private IReadOnlyList<Agent> agents = [];
    private IReadOnlyDictionary<string, string> people = new Dictionary<string, string>();
    private RunQuery query = new();
    private RunList? list;
    private Guid? first;
    private bool filtering, looking, choosing;

    [Inject] private IStringLocalizer<RunsTexts> Texts { get; set; } = default!;
    [Inject] private ILogger<RunsPage> Log { get; set; } = default!;
    [SupplyParameterFromQuery(Name = "q")] public string? Words { get; set; }
    [SupplyParameterFromQuery(Name = "status")] public string? Status { get; set; }
    [SupplyParameterFromQuery(Name = "agent")] public string? AgentId { get; set; }
    [SupplyParameterFromQuery(Name = "user")] public string? Owner { get; set; }
    [SupplyParameterFromQuery(Name = "from")] public string? From { get; set; }
    [SupplyParameterFromQuery(Name = "until")] public string? Until { get; set; }
    [SupplyParameterFromQuery(Name = "steps")] public string? Steps { get; set; }
    [SupplyParameterFromQuery(Name = "tokens")] public string? Tokens { get; set; }
    [SupplyParameterFromQuery(Name = "seconds")] public string? Seconds { get; set; }
    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }
    [SupplyParameterFromQuery(Name = "page")] public string? PageNumber { get; set; }

    private int LastPage => Math.Max(1, ((list?.Total ?? 0) + RunQuery.PageSize - 1) / RunQuery.PageSize);

    protected override async Task OnInitializedAsync()
    {
        var caller = await current.GetAsync();
        agents = [.. (await library.ListAsync(caller, gone.Token)).OrderBy(agent => agent.Name, StringComparer.CurrentCultureIgnoreCase)];
        if (caller.IsAdministrator)
        {
            people = (await accounts.ListAsync(caller, gone.Token)).ToDictionary(account => account.Id, account => account.Email);
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        query = new(Words ?? "", RunQuery.StatusOf(Status), Guid.TryParse(AgentId, out var agent) ? agent : null, Owner, RunQuery.DayOf(From), RunQuery.DayOf(Until), Whole(Steps), Whole(Tokens), Whole(Seconds), Math.Max(1, Whole(PageNumber)), RunQuery.KindOf(Kind));
        filtering |= query.IsFiltered && query with { Words = "", Page = 1 } != new RunQuery();
        await ReadAsync();
        _ = LookAgainAsync();
    }

    private async Task ReadAsync() =>
        list = await archive.ListAsync(await current.GetAsync(), query.Filter(), (query.Page - 1) * RunQuery.PageSize, RunQuery.PageSize, gone.Token);

    // Runs of schedules and programs come without the person's doing: where nothing goes on it is looked more rarely.
    private async Task LookAgainAsync()
    {
        if (looking)
        {
            return;
        }
        looking = true;
        var looks = 0;
        await Looking.EveryAsync(Look, time, Log, async () =>
        {
            if (AnyGoesOn || ++looks % LooksWhileIdle == 0)
            {
                await ReadAsync();
                StateHasChanged();
            }

            return true;
        }, gone.Token);
    }

    private bool AnyGoesOn => list?.Runs.Any(row => row.Run.EndedAt is null) == true;

    private void Choose() => (choosing, first) = (!choosing, null);

    // The first of two, or the second: then both stand side by side.
    private void Take(Guid run)
    {
        if (first is { } other && other != run)
        {
            navigation.NavigateTo($"/runs/{other}/compare/{run}");
        }
        else
        {
            first = first == run ? null : run;
        }
    }

    private void GoTo(RunQuery next, bool stay = false) => navigation.NavigateTo((stay ? next : next with { Page = 1 }).Address(navigation));

    private static string Text(ChangeEventArgs change) => change.Value?.ToString()?.Trim() ?? "";

    private static int Number(ChangeEventArgs change) => Whole(Text(change));

    private static DateOnly? Day(ChangeEventArgs change) => RunQuery.DayOf(Text(change));

    private static int Whole(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string? Some(int number) => number > 0 ? number.ToString(CultureInfo.InvariantCulture) : null;

    private static string Counted(int number) => number > 0 ? number.ToString("N0", CultureInfo.CurrentCulture) : "—";

    private static string First(string question)
    {
        var line = string.Join(' ', question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return ShortText.Of(line, FirstWords);
    }

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }
}
