namespace Platform.Agents.Conversations;

/// <summary>Who answers in a conversation: the documents with the model that answers questions (neither is set), an agent, or the documents with another model.</summary>
/// <param name="AgentId">The agent may have been deleted since.</param>
/// <param name="Model">A served model's id, with its adapters'; it may no longer be served.</param>
public sealed record ConversationSubject(Guid? AgentId = null, string Model = "")
{
    private const string AgentMark = "agent:", ModelMark = "model:", PlainMark = "plain:";

    /// <summary>Questions to documents.</summary>
    public static ConversationSubject Documents { get; } = new();

    /// <summary>The model itself answers, and no document is looked into. Without meaning where an agent answers.</summary>
    public bool WithoutDocuments { get; init; }

    /// <summary>As it is stored.</summary>
    internal string Stored => AgentId is { } agent ? $"{AgentMark}{agent}" : WithoutDocuments ? PlainMark + Model : Model.Length > 0 ? ModelMark + Model : "";

    internal static ConversationSubject Of(string stored) =>
        stored.StartsWith(ModelMark, StringComparison.Ordinal) ? new(Model: stored[ModelMark.Length..])
        : stored.StartsWith(PlainMark, StringComparison.Ordinal) ? new(Model: stored[PlainMark.Length..]) { WithoutDocuments = true }
        : stored.StartsWith(AgentMark, StringComparison.Ordinal) && Guid.TryParse(stored.AsSpan(AgentMark.Length), out var agent) ? new(agent)
        : Documents;
}
