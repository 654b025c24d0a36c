namespace Platform.Web.Layout;

/// <summary>A question before something that cannot be undone. All texts are already in the person's language.</summary>
/// <param name="Action">The button, a verb: "Delete".</param>
public sealed record Confirmation(string Title, string Text, string Action)
{
    /// <summary>Red button.</summary>
    public bool Danger { get; init; }

    /// <summary>A second way to go on, "Leave without saving", or null where there is one way only.</summary>
    public string? Instead { get; init; }

    /// <summary>What the button says with which nothing is done; null for "Cancel".</summary>
    public string? Cancel { get; init; }

    /// <summary>A word that must be typed before the button works, or null.</summary>
    public string? TypeToConfirm { get; init; }
}

/// <summary>What was answered: nothing is to be done, the action, or what is offered instead of it.</summary>
public enum Confirmed { No, Yes, Instead }
