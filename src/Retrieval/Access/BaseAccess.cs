using Platform.Retrieval.Bases;

namespace Platform.Retrieval.Access;

/// <summary>Who may read and who may change a base: the one place that says so, as part of every query.</summary>
internal static class BaseAccess
{
    public static IQueryable<BaseRow> ReadableBy(this IQueryable<BaseRow> bases, Caller caller) =>
        caller.IsAdministrator ? bases : bases.Where(b => b.OwnerId == caller.UserId || b.Shared);

    public static IQueryable<BaseRow> ChangeableBy(this IQueryable<BaseRow> bases, Caller caller) =>
        caller.IsAdministrator ? bases : bases.Where(b => b.OwnerId == caller.UserId);
}
