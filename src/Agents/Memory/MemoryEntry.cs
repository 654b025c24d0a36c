namespace Platform.Agents.Memory;

/// <summary>Something that an agent keeps beyond a conversation: for one person, or for all who use it. Untrusted text.</summary>
/// <param name="OwnerId">Whose it is; of a shared one, who wrote it.</param>
public sealed record MemoryEntry(Guid Id, Guid AgentId, string OwnerId, bool Shared, string Text, DateTimeOffset UpdatedAt);

/// <summary>memory.recalled: what of the memory stands in the run's prompt.</summary>
public sealed record MemoryRecalledData(IReadOnlyList<RecalledEntry> Entries);

/// <summary>An entry as it was recalled; who wrote it is nobody's business here. Untrusted text.</summary>
public sealed record RecalledEntry(Guid Id, bool Shared, string Text);
