using System.Collections.Frozen;

namespace Platform.Agents.Tools.Tables;

/// <summary>The functions of SQL that a query may call: those that compute, none that reaches outside or makes bytes without end.</summary>
internal static class SqlFunctions
{
    public static FrozenSet<string> Allowed { get; } = FrozenSet.ToFrozenSet(
        "abs avg ceil ceiling coalesce count date datetime dense_rank exp first_value floor format glob group_concat ifnull iif instr julianday lag last_value lead length like ln log log10 lower ltrim max min mod nth_value ntile nullif percent_rank power printf rank replace round row_number rtrim sign sqrt strftime string_agg substr substring sum time total trim typeof unicode upper"
            .Split(' '), StringComparer.OrdinalIgnoreCase);
}
