using System.Globalization;

namespace Platform.Web.Features.Models;

/// <summary>Numbers of models as the field writes them.</summary>
public static class Quantities
{
    /// <summary>4.9M, 8.2B</summary>
    public static string Parameters(long count) => count switch
    {
        >= 1_000_000_000 => $"{Short(count / 1e9)}B",
        >= 1_000_000 => $"{Short(count / 1e6)}M",
        >= 1_000 => $"{Short(count / 1e3)}K",
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    private static string Short(double value) => value.ToString(value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture);
}
