namespace Platform.Web.Layout;

/// <summary>The icons' shapes: strokes on a 24 × 24 grid, drawn in the text's colour. Append only.</summary>
public static class Icons
{
    private static readonly Dictionary<string, string> Shapes = new(StringComparer.Ordinal)
    {
        ["alert"] = P("M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2"),
        ["arrow-down"] = P("M12 4v16M5.5 13.5 12 20l6.5-6.5"),
        ["arrow-up"] = P("M12 20V4M5.5 10.5 12 4l6.5 6.5"),
        ["book"] = P("M5 19.5V5.6C5 4.7 5.7 4 6.6 4H19v13H6.8A1.9 1.9 0 0 0 5 19a1.6 1.6 0 0 0 1.6 1.6H19V17M9 8h6"),
        ["chat"] = P("M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.1a2.5 2.5 0 0 1-2-2.4z"),
        ["check"] = P("m5 12.5 4.5 4.5L19 7"),
        ["chevron-down"] = P("m6 9 6 6 6-6"),
        ["chevron-left"] = P("m15 6-6 6 6 6"),
        ["chevron-right"] = P("m9 6 6 6-6 6"),
        ["chevron-up"] = P("m6 15 6-6 6 6"),
        ["clock"] = C(12, 12, 8.5) + P("M12 7.5V12l3 2"),
        ["close"] = P("M6 6l12 12M18 6 6 18"),
        ["compass"] = C(12, 12, 8.5) + P("m15.5 8.5-2 5-5 2 2-5z"),
        ["copy"] = P("M9 9h9.5A1.5 1.5 0 0 1 20 10.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5zM15 9V5.5A1.5 1.5 0 0 0 13.5 4h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15H9"),
        ["cpu"] = P("M7 7h10v10H7zM10 10h4v4h-4zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5"),
        ["disk"] = P("M4 14h16v5H4zM4 14l2.5-9h11L20 14M7.5 16.5h.1"),
        ["download"] = P("M12 4v11M7 10.5l5 5 5-5M4.5 20h15"),
        ["edit"] = P("M4.5 19.5l1-4.2L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8.7 18.5zM14 7l3 3"),
        ["external"] = P("M13.5 4H20v6.5M20 4l-9 9M17.5 14v4.5A1.5 1.5 0 0 1 16 20H5.5A1.5 1.5 0 0 1 4 18.5V8a1.5 1.5 0 0 1 1.5-1.5H10"),
        ["eye"] = P("M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z") + C(12, 12, 2.6),
        ["file"] = P("M6 3.5h8l5 5v11A1.5 1.5 0 0 1 17.5 21h-11A1.5 1.5 0 0 1 5 19.5v-14A2 2 0 0 1 7 3.5M14 3.5V9h5"),
        ["globe"] = C(12, 12, 8.5) + P("M3.5 12h17M12 3.5c2.5 2.4 3.6 5.2 3.6 8.5s-1.1 6.1-3.6 8.5c-2.5-2.4-3.6-5.2-3.6-8.5S9.5 5.9 12 3.5z"),
        ["info"] = C(12, 12, 8.5) + P("M12 11v5M12 8v.1"),
        ["key"] = C(8, 15.5, 4) + P("m11 12.5 8-8M16 7.5l3 3M13.5 10l2 2"),
        ["lock"] = P("M6 10.5h12v9.5H6zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"),
        ["menu"] = P("M4 7h16M4 12h16M4 17h16"),
        ["monitor"] = P("M4 5h16v11H4zM9 20h6M12 16v4"),
        ["moon"] = P("M19.5 14.3A8 8 0 0 1 9.7 4.5a8 8 0 1 0 9.8 9.8z"),
        ["more"] = P("M5.5 12h.1M12 12h.1M18.5 12h.1"),
        ["panel"] = P("M4 5h16v14H4zM9.5 5v14"),
        ["pause"] = P("M8.5 6v12M15.5 6v12"),
        ["pin"] = P("M9 4h6l-.7 6 3.2 3.5H6.5L9.7 10zM12 13.5V20"),
        ["plus"] = P("M12 5v14M5 12h14"),
        ["quote"] = P("M9.5 7C6.5 7.8 5 10 5 13v4h5v-5H7.2M18.5 7c-3 .8-4.5 3-4.5 6v4h5v-5h-2.8"),
        ["refresh"] = P("M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5"),
        ["search"] = C(10.5, 10.5, 6) + P("m15 15 5 5"),
        ["send"] = P("M12 20V5M5.5 11.5 12 5l6.5 6.5"),
        ["settings"] = P("M4 7.5h9M17.5 7.5H20M4 16.5h2.5M11 16.5h9") + C(15.25, 7.5, 2.25) + C(8.75, 16.5, 2.25),
        ["sign-out"] = P("M14 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H14M10 12h10M16.5 8.5 20 12l-3.5 3.5"),
        ["spark"] = P("M12 3.5c.6 4.7 3.3 7.6 8.5 8.5-5.2.9-7.9 3.8-8.5 8.5-.6-4.7-3.3-7.6-8.5-8.5 5.2-.9 7.9-3.8 8.5-8.5z"),
        ["stop"] = P("M7 7h10v10H7z"),
        ["sun"] = C(12, 12, 3.8) + P("M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"),
        ["table"] = P("M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14"),
        ["trash"] = P("M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 11v5M14 11v5"),
        ["upload"] = P("M12 16V5M7 9.5l5-5 5 5M4.5 20h15"),
        ["user"] = C(12, 8.5, 3.8) + P("M4.5 20c.8-4 3.6-6 7.5-6s6.7 2 7.5 6"),
        ["expand"] = P("M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5"),
        ["branch"] = C(6, 5.5, 2) + C(6, 18.5, 2) + C(18, 8.5, 2) + P("M6 7.5v9M18 10.5c0 4-5 3.5-9 5.5-1.6.8-3 1.4-3 .5"),
        ["calculator"] = P("M6 3.5h12v17H6zM9 7h6M9 11.5h.1M12 11.5h.1M15 11.5h.1M9 14.5h.1M12 14.5h.1M15 14.5h.1M9 17.5h.1M12 17.5h.1M15 17.5h.1"),
        ["compare"] = P("M4 5h6v14H4zM14 5h6v14h-6zM12 3v18"),
        ["inbox"] = P("M4 13.5 6.5 5h11l2.5 8.5V19H4zM4 13.5h4.5l1.2 2.5h4.6l1.2-2.5H20"),
        ["robot"] = P("M5 9.5A1.5 1.5 0 0 1 6.5 8h11A1.5 1.5 0 0 1 19 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 17.5zM12 8V4.5M9.3 12.5v1.5M14.7 12.5v1.5M2.8 12v4M21.2 12v4"),
        ["skip"] = P("m6 6 7 6-7 6zM17 6v12"),
        ["steps"] = P("M9.5 6.5H20M9.5 12H20M9.5 17.5H20M3.8 6.4l1.1 1.1 1.9-2.2M3.8 11.9l1.1 1.1 1.9-2.2M3.8 17.4l1.1 1.1 1.9-2.2"),
        ["test"] = P("M9.5 3.5h5M10.5 3.5v6L5 18.6A1.3 1.3 0 0 0 6.1 20.5h11.8a1.3 1.3 0 0 0 1.1-1.9l-5.5-9.1v-6M7.6 15h8.8"),
        ["tool"] = P("M14.6 6.2a4.2 4.2 0 0 1 5-.7l-2.7 2.7.4 2.2 2.2.4 1.1-1.1a4.2 4.2 0 0 1-5.6 5.2l-5.6 5.6a1.9 1.9 0 0 1-2.7-2.7l5.6-5.6a4.2 4.2 0 0 1 2.3-6z"),
        ["activity"] = P("M3 12h4l2.5-7 5 14 2.5-7h4"),
        ["thumb-up"] = P("M7.5 20H4.8a.8.8 0 0 1-.8-.8v-7.4a.8.8 0 0 1 .8-.8h2.7zM7.5 11l3.8-7a2.2 2.2 0 0 1 2.2 2.2V10h4.7a1.8 1.8 0 0 1 1.8 2.1l-1.1 6.4a1.8 1.8 0 0 1-1.8 1.5H7.5"),
        ["thumb-down"] = P("M16.5 4h2.7a.8.8 0 0 1 .8.8v7.4a.8.8 0 0 1-.8.8h-2.7zM16.5 13l-3.8 7a2.2 2.2 0 0 1-2.2-2.2V14H5.8A1.8 1.8 0 0 1 4 11.9l1.1-6.4A1.8 1.8 0 0 1 6.9 4h9.6"),
        ["users"] = C(9, 9, 3.4) + P("M2.5 19.5c.7-3.6 3.1-5.4 6.5-5.4s5.8 1.8 6.5 5.4M15.5 5.9a3.4 3.4 0 0 1 0 6.2M17.8 14.7c2 .7 3.2 2.3 3.7 4.8"),
        ["play"] = P("M8 5.5v13l10.5-6.5z"),
    };

    /// <summary>The inner SVG of an icon; ArgumentException for a name that is not listed.</summary>
    public static string Shape(string name) =>
        Shapes.TryGetValue(name, out var shape) ? shape : throw new ArgumentException($"There is no icon '{name}'. Add it to Layout/Icons.cs.", nameof(name));

    private static string P(string path) => $"<path d=\"{path}\"/>";

    private static string C(double x, double y, double radius) => FormattableString.Invariant($"<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
}
