namespace Platform.ModelHost.Engine.Models;

public enum ModelState { Unloaded, Loading, Loaded }

/// <summary>A model that is loaded or could be.</summary>
/// <param name="IsPinned">True keeps it loaded when others need room or nobody asks.</param>
/// <param name="Users">Requests that it serves now.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="Info">Null while it is not loaded.</param>
/// <param name="Load">Null while it is not loaded and for models that embed.</param>
public sealed record KnownModel(string Id, ModelState State, bool IsPinned, int Users, long FileBytes, ModelInfo? Info, ModelLoad? Load);
