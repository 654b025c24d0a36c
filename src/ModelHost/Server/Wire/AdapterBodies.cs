namespace Platform.ModelHost.Server.Wire;

internal sealed record AdapterListBody(string Object, IReadOnlyList<AdapterCard> Data);

/// <param name="Rank">Known, as hash and size are, once it has been loaded.</param>
internal sealed record AdapterCard(string Name, int Version, string Format, bool IsLoaded, int? Rank, string? Sha256, long? Size);

/// <summary>One item of llama.cpp's list.</summary>
internal sealed record LoraAdapterBody(int Id, string Path, float Scale);
