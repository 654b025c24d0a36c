using System.Globalization;
using Platform.Agents.Answering;

namespace Platform.Web.Features.Chat;

/// <summary>Where a mark stands in the window, and how large the window is; CSS pixels.</summary>
public sealed record MarkBox(double Left, double Top, double Bottom, double WindowWidth, double WindowHeight);

/// <summary>A citation's card beside its mark.</summary>
public sealed record CardPlace(MessageModel Message, Citation Citation, MarkBox At)
{
    private const double Width = 360, Margin = 8, Gap = 6;

    /// <summary>Below the mark where there is room, else above; never over the window's edge.</summary>
    public string Style
    {
        get
        {
            var left = Math.Max(Margin, Math.Min(At.Left - 24, At.WindowWidth - Width - Margin));
            var below = At.WindowHeight - At.Bottom;
            return below > 260 || below > At.Top
                ? string.Create(CultureInfo.InvariantCulture, $"left:{left:0}px;top:{At.Bottom + Gap:0}px;max-height:{below - Gap - Margin:0}px")
                : string.Create(CultureInfo.InvariantCulture, $"left:{left:0}px;bottom:{At.WindowHeight - At.Top + Gap:0}px;max-height:{At.Top - Gap - Margin:0}px");
        }
    }
}
