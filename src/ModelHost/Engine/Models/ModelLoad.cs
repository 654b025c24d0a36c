namespace Platform.ModelHost.Engine.Models;

/// <summary>How busy a model that writes is, at this moment.</summary>
/// <param name="Slots">Requests that can generate at once.</param>
/// <param name="Busy">Slots that generate.</param>
/// <param name="Waiting">Requests that wait for a slot.</param>
public sealed record ModelLoad(string ModelId, int Slots, int Busy, int Waiting);
