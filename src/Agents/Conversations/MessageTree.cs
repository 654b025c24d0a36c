using Platform.Agents.Storage;

namespace Platform.Agents.Conversations;

/// <summary>A conversation's messages as what they are: a tree, for a question or an answer may have several versions. One path of it is shown.</summary>
internal sealed class MessageTree
{
    private readonly Dictionary<Guid, MessageRow> byId;
    private readonly ILookup<Guid?, MessageRow> byParent;

    /// <summary>Of all messages of one conversation.</summary>
    public MessageTree(IReadOnlyCollection<MessageRow> messages) =>
        (byId, byParent) = (messages.ToDictionary(m => m.Id), messages.OrderBy(m => m.Ordinal).ToLookup(m => m.ParentId));

    public MessageRow? Find(Guid id) => byId.GetValueOrDefault(id);

    /// <summary>From the first message to this one; empty for none.</summary>
    public IReadOnlyList<MessageRow> PathTo(Guid? id)
    {
        List<MessageRow> path = [];
        for (var next = id; next is { } at; next = path[^1].ParentId)
            path.Add(byId[at]);
        path.Reverse();
        return path;
    }

    /// <summary>All versions of a message, itself among them, in the order in which they were made.</summary>
    public IReadOnlyList<Guid> VersionsOf(MessageRow message) => [.. byParent[message.ParentId].Select(m => m.Id)];

    /// <summary>Where the path through a message ends when the newest version is taken wherever there are several.</summary>
    public Guid NewestEndFrom(Guid id)
    {
        while (byParent[id].LastOrDefault() is { } next)
            id = next.Id;
        return id;
    }
}
