namespace Platform.ModelHost.Client.Wire;

/// <summary>`POST /tokenize` of our service with count_only. Others answer without counts.</summary>
internal sealed record TokenCountsBody(IReadOnlyList<int>? Counts);
