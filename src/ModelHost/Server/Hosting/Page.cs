using System.Globalization;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>A part of a list, as OpenAI's clients ask for it.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore, string? FirstId, string? LastId)
{
    private const int Most = 10_000;

    /// <param name="all">The newest first.</param>
    /// <param name="id">Of an item.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">1 to 10,000.</param>
    /// <param name="order">asc or desc, the default.</param>
    /// <param name="usual">Items where no limit is given.</param>
    /// <exception cref="RequestRefused">limit, order or after is wrong.</exception>
    public static Page<T> Of(IEnumerable<T> all, Func<T, string> id, string? after, string? limit, string? order, int usual)
    {
        var count = limit is null ? usual : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is >= 1 and <= Most ? asked
            : throw new RequestRefused(Problem.Invalid("limit", $"'limit' is '{limit}'; it must be 1 to {Most}."));
        var items = order switch
        {
            null or "" or "desc" => [.. all],
            "asc" => all.Reverse().ToList(),
            _ => throw new RequestRefused(Problem.Invalid("order", $"'order' is '{order}'; it must be asc or desc.")),
        };
        var start = string.IsNullOrEmpty(after) ? 0 : items.FindIndex(item => id(item) == after) is >= 0 and var at ? at + 1
            : throw new RequestRefused(Problem.Invalid("after", $"'after' is '{after}', which is the id of nothing in this list."));
        List<T> page = [.. items.Skip(start).Take(count)];
        return new Page<T>(page, start + page.Count < items.Count, page.Count > 0 ? id(page[0]) : null, page.Count > 0 ? id(page[^1]) : null);
    }
}
