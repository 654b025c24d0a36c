using System.Globalization;
using Microsoft.AspNetCore.Components;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Runs;

/// <summary>What the list of runs shows, as its address says it: a list can be sent to somebody, and going back finds it again.</summary>
public sealed record RunQuery(
    string Words = "", RunStatus? Status = null, Guid? AgentId = null, string? Owner = null, DateOnly? From = null, DateOnly? Until = null, int Steps = 0, int Tokens = 0, int Seconds = 0, int Page = 1, RunPurpose? Purpose = RunPurpose.Asked)
{
    /// <summary>Runs of a page.</summary>
    public const int PageSize = 50;

    /// <summary>All kinds of runs, in an address.</summary>
    public const string AllKinds = "all";

    /// <summary>Whether anything is left out.</summary>
    public bool IsFiltered => this with { Page = 1 } != new RunQuery();

    /// <summary>The address of the list. Dates are days in the server's time zone.</summary>
    public string Address(NavigationManager navigation)
    {
        ArgumentNullException.ThrowIfNull(navigation);
        return navigation.GetUriWithQueryParameters("/runs", new Dictionary<string, object?>
        {
            ["q"] = Words.Length > 0 ? Words : null, ["status"] = Status?.ToString().ToLowerInvariant(), ["agent"] = AgentId, ["user"] = Owner, ["from"] = From, ["until"] = Until,
            ["steps"] = Steps > 0 ? Steps : null, ["tokens"] = Tokens > 0 ? Tokens : null, ["seconds"] = Seconds > 0 ? Seconds : null, ["page"] = Page > 1 ? Page : null, ["kind"] = Purpose switch { RunPurpose.Asked => null, { } kind => kind.ToString().ToLowerInvariant(), null => AllKinds },
        });
    }

    /// <summary>What the store is asked for.</summary>
    public RunFilter Filter() => new(Status, AgentId, Owner, Words, Begin(From), Until is { } last ? Begin(last.AddDays(1)) : null)
    {
        Purpose = Purpose, LeastSteps = Steps, LeastTokens = Tokens, LeastTime = TimeSpan.FromSeconds(Seconds),
    };

    /// <summary>What runs are for, as an address names it; null for all. Those that a person asked for are wanted where it names nothing.</summary>
    public static RunPurpose? PurposeOf(string? name) =>
        name == AllKinds ? null : Enum.TryParse<RunPurpose>(name, ignoreCase: true, out var purpose) && Enum.IsDefined(purpose) ? purpose : RunPurpose.Asked;

    /// <summary>A status as an address names it; null for none.</summary>
    public static RunStatus? StatusOf(string? name) => Enum.TryParse<RunStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : null;

    /// <summary>A day as an address names it; null for none. Years before 2000 and after 2999 are taken for those: there is a moment before and after each day.</summary>
    public static DateOnly? DayOf(string? text) =>
        !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? null
        : day.Year < 2000 ? new DateOnly(2000, 1, 1) : day.Year > 2999 ? new DateOnly(2999, 12, 31) : day;

    private static DateTimeOffset? Begin(DateOnly? day) => day is { } date ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Local)) : null;
}
