namespace Platform.ModelHost.Engine.Models;

public enum ModelState { Unloaded, Loading, Loaded, Failed }

/// <summary>A model that is loaded or could be.</summary>
/// <param name="IsPinned">True keeps it loaded when others need room or nobody asks.</param>
/// <param name="IsDefault">It answers where no chat model is named.</param>
/// <param name="Users">Who holds it now: each request that it serves, once or twice.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="Sha256">Of its file; null until it has been computed.</param>
/// <param name="Traits">What its file says; null for a file that is refused.</param>
/// <param name="ContextTokens">That it has or would be loaded with; 0 for a file that is refused.</param>
/// <param name="NeedsBytes">Estimate of what loading it takes; null for a file that is refused.</param>
/// <param name="Failure">Why it cannot be used, or why the last load failed. Null else.</param>
/// <param name="Info">Null while it is not loaded.</param>
/// <param name="Load">Null while it is not loaded and for models that embed.</param>
public sealed record KnownModel(
    string Id, ModelState State, bool IsPinned, bool IsDefault, int Users, long FileBytes, string? Sha256, ModelTraits? Traits, int ContextTokens, long? NeedsBytes, string? Failure, ModelInfo? Info, ModelLoad? Load)
{
    /// <summary>How it was loaded last, and will be the next time.</summary>
    public LoadSettings Settings { get; init; } = LoadSettings.Usual;

    /// <summary>Its file lies in the model folder and may be deleted.</summary>
    public bool IsDeletable { get; init; }

    /// <summary>When its file was last changed.</summary>
    public DateTimeOffset ChangedAt { get; init; }
}
