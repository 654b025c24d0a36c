using System.Globalization;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>How much of a list is asked for, and from which end.</summary>
internal sealed record PageWish(int Count, bool IsAscending)
{
    private const int Most = 10_000;

    /// <param name="limit">1 to 10,000.</param>
    /// <param name="order">asc or desc, the default.</param>
    /// <param name="usual">Items where no limit is given.</param>
    /// <exception cref="RequestRefused">limit or order is wrong.</exception>
    public static PageWish Read(string? limit, string? order, int usual)
    {
        var count = string.IsNullOrEmpty(limit) ? usual : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is >= 1 and <= Most ? asked
            : throw new RequestRefused(Problem.Invalid("limit", $"'limit' is '{limit}'; it must be 1 to {Most}."));
        return new PageWish(count, order switch
        {
            null or "" or "desc" => false,
            "asc" => true,
            _ => throw new RequestRefused(Problem.Invalid("order", $"'order' is '{order}'; it must be asc or desc.")),
        });
    }
}

/// <summary>A part of a list, as OpenAI's clients ask for it.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore, string? FirstId, string? LastId)
{
    /// <param name="all">The newest first.</param>
    /// <param name="id">Of an item.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <inheritdoc cref="PageWish.Read" path="/param"/>
    /// <exception cref="RequestRefused">limit, order or after is wrong.</exception>
    public static Page<T> Of(IEnumerable<T> all, Func<T, string> id, string? after, string? limit, string? order, int usual)
    {
        var wish = PageWish.Read(limit, order, usual);
        List<T> items = [.. wish.IsAscending ? all.Reverse() : all];
        var start = string.IsNullOrEmpty(after) ? 0 : items.FindIndex(item => id(item) == after) is >= 0 and var at ? at + 1 : throw NoSuch(after);
        return First(items.Skip(start), id, wish.Count);
    }

    /// <summary>The first of what is left; no more than one beyond them is asked for.</summary>
    public static Page<T> First(IEnumerable<T> left, Func<T, string> id, int count)
    {
        List<T> page = [.. left.Take(count + 1)];
        var hasMore = page.Count > count;
        page.RemoveRange(Math.Min(count, page.Count), hasMore ? 1 : 0);
        return new Page<T>(page, hasMore, page.Count > 0 ? id(page[0]) : null, page.Count > 0 ? id(page[^1]) : null);
    }

    /// <summary>The refusal of an id to go on after that is none.</summary>
    public static RequestRefused NoSuch(string after) => new(Problem.Invalid("after", $"'after' is '{after}', which is the id of nothing in this list."));
}
