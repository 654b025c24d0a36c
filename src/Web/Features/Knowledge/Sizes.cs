using System.Globalization;

namespace Platform.Web.Features.Knowledge;

/// <summary>Sizes as people read them.</summary>
public static class Sizes
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Bytes with a unit, powers of 1,024, in the reader's number format.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.CurrentCulture)} {Units[unit]}";
    }
}
