namespace Platform.Web.Layout;

/// <summary>A question before something that cannot be undone. All texts are already in the person's language.</summary>
/// <param name="Action">The button, a verb: "Delete".</param>
public sealed record Confirmation(string Title, string Text, string Action)
{
    /// <summary>Red button.</summary>
    public bool Danger { get; init; }

    /// <summary>A word that must be typed before the button works, or null.</summary>
    public string? TypeToConfirm { get; init; }
}
