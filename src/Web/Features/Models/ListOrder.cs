namespace Platform.Web.Features.Models;

/// <summary>How a list stands: as it is usually, by name, by size or by age.</summary>
public enum ListOrder { Usual, Name, Largest, Newest }

/// <summary>What is shown of a list.</summary>
public static class Listing
{
    /// <summary>Those whose words hold every word that is looked for.</summary>
    public static IEnumerable<T> Matching<T>(this IEnumerable<T> items, string query, Func<T, string> words)
    {
        var wanted = (query ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items.Where(item => wanted.All(word => words(item).Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>One page of them. Where fewer are left than were left out before, as when others are looked for, it is the first.</summary>
    public static IEnumerable<T> Page<T>(this IReadOnlyCollection<T> items, int skip, int size)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.Skip(Within(skip, items.Count)).Take(size);
    }

    /// <summary>How many are left out of so many.</summary>
    public static int Within(int skip, int count) => skip < count ? skip : 0;

    /// <summary>In an order; what has no size or age stays where it stood.</summary>
    public static IEnumerable<T> In<T>(this IEnumerable<T> items, ListOrder order, Func<T, string> name, Func<T, long> bytes, Func<T, DateTimeOffset?> at) => order switch
    {
        ListOrder.Name => items.OrderBy(name, StringComparer.OrdinalIgnoreCase),
        ListOrder.Largest => items.OrderByDescending(bytes),
        ListOrder.Newest => items.OrderByDescending(at),
        _ => items,
    };
}
