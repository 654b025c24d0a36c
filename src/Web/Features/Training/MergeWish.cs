namespace Platform.Web.Features.Training;

/// <summary>A model of its own that a person asked for, of a base and an adapter.</summary>
/// <param name="Adapter">name or name@version.</param>
/// <param name="Name">Of the new model; null lets the service name it.</param>
public sealed record MergeWish(string Model, string Adapter, string? Name);
