using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Runs;

/// <summary>What the list of runs shows, as its address says it: a list can be sent to somebody, and going back finds it again.</summary>
public sealed partial record RunQuery(
    string Words = "", RunStatus? Status = null, Guid? AgentId = null, string? Owner = null, DateOnly? From = null, DateOnly? Until = null, int Steps = 0, int Tokens = 0, int Seconds = 0, int Page = 1, RunKind Kind = RunKind.Started)
{
    /// <summary>Runs of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Whether anything is left out.</summary>
    public bool IsFiltered => this with { Page = 1 } != new RunQuery();

    /// <summary>The address of the list. Dates are days of whoever reads the list, in their time zone.</summary>
    public string Address(NavigationManager navigation)
    {
        ArgumentNullException.ThrowIfNull(navigation);
        return navigation.GetUriWithQueryParameters("/runs", new Dictionary<string, object?>
        {
            ["q"] = Words.Length > 0 ? Words : null, ["status"] = Status?.ToString().ToLowerInvariant(), ["agent"] = AgentId, ["user"] = Owner, ["from"] = From, ["until"] = Until,
            ["steps"] = Steps > 0 ? Steps : null, ["tokens"] = Tokens > 0 ? Tokens : null, ["seconds"] = Seconds > 0 ? Seconds : null, ["page"] = Page > 1 ? Page : null, ["kind"] = Kind == RunKind.Started ? null : Kind.ToString().ToLowerInvariant(),
        });
    }

    /// <summary>What the store is asked for.</summary>
    public RunFilter Filter() => new(Status, AgentId, Owner, Words, Begin(From), Until is { } last ? Begin(last.AddDays(1)) : null)
    {
        Purpose = Enum.TryParse<RunPurpose>(Kind.ToString(), out var purpose) ? purpose : null, Started = Kind == RunKind.Started, LeastSteps = Steps, LeastTokens = Tokens, LeastTime = TimeSpan.FromSeconds(Seconds),
    };

    /// <summary>A kind as an address names it; those that somebody started where it names none.</summary>
    public static RunKind KindOf(string? name) => Enum.TryParse<RunKind>(name, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : RunKind.Started;

    /// <summary>The run that a text names: its id, or an address with that in it. Null for none.</summary>
    public static Guid? RunIn(string? text) => text is not null && RunId().Match(text) is { Success: true } found ? Guid.Parse(found.Value) : null;

    /// <summary>A status as an address names it; null for none.</summary>
    public static RunStatus? StatusOf(string? name) => Enum.TryParse<RunStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : null;

    /// <summary>A day as an address names it; null for none. Years before 2000 and after 2999 are taken for those: there is a moment before and after each day.</summary>
    public static DateOnly? DayOf(string? text) =>
        !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? null
        : day.Year < 2000 ? new DateOnly(2000, 1, 1) : day.Year > 2999 ? new DateOnly(2999, 12, 31) : day;

    // As the list shows times; where midnight comes twice, the first of the two.
    private static DateTimeOffset? Begin(DateOnly? day)
    {
        if (day?.ToDateTime(TimeOnly.MinValue) is not { } midnight)
        {
            return null;
        }
        var zone = TimeZones.Current;
        return new DateTimeOffset(midnight, zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    [GeneratedRegex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")]
    private static partial Regex RunId();
}
