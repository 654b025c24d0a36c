using System.Text.RegularExpressions;
using Platform.Agents.Definitions;

namespace Platform.Agents;

/// <summary>Time zones by their names.</summary>
public static partial class KnownZone
{
    /// <summary>FieldException (timeZone) for a name that this machine does not know.</summary>
    public static TimeZoneInfo Of(string name) => Find(name)
        ?? throw new FieldException("timeZone", $"'{Findings.Short(name)}' is no time zone that this machine knows; there are UTC, Europe/Berlin, Asia/Shanghai and the like.");

    /// <summary>Null where there is none. What is no such name is not looked for: zones are files.</summary>
    public static TimeZoneInfo? Find(string? name) => name is not null && Name().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_+ ().-]{0,47}(/[A-Za-z0-9_+-]{1,31}){0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
