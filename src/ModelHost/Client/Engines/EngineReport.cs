namespace Platform.ModelHost.Client.Engines;

/// <summary>Whether an engine can be used. Loading is a service that runs and says that its model is not there yet.</summary>
public enum EngineState { Unknown, Ready, Loading, Down }

/// <summary>An engine as it is at this moment.</summary>
/// <param name="Host">Host and port of its address; neither key nor user.</param>
/// <param name="Models">Ids, as last listed.</param>
/// <param name="CanChat">One of its models can chat.</param>
/// <param name="InFlight">Requests of this process that it works on.</param>
/// <param name="LastError">One sentence, without addresses; null when all is well.</param>
/// <param name="LastChecked">When it was last heard or missed; null before.</param>
public sealed record EngineReport(
    string Name, string Host, EngineState State, IReadOnlyList<string> Models, bool CanChat, int InFlight, int FailuresInARow, string? LastError, DateTimeOffset? LastChecked)
{
    /// <summary>What it serves, as last listed: <see cref="Models"/> with what they can do.</summary>
    public IReadOnlyList<ServedModel> Served { get; init; } = [];

    /// <summary>It has answered, and is no model host of ours: it has no administration.</summary>
    public bool IsForeign { get; init; }
}
