using Platform.Agents.Conversations;
using Platform.Web.Layout;

namespace Platform.Web.Features.Chat;

/// <summary>The heading that a conversation stands under in the list.</summary>
public enum ConversationAge { Pinned, Today, Yesterday, Week, Month, Older }

/// <summary>Conversations under one heading; Month says which for Older.</summary>
public sealed record ConversationGroup(ConversationAge Age, string Month, IReadOnlyList<Conversation> Conversations)
{
    /// <summary>Pinned first, then by when they were last used, latest first. `now` is the reader's local time.</summary>
    public static IReadOnlyList<ConversationGroup> Of(IEnumerable<Conversation> conversations, DateTimeOffset now) =>
        [.. conversations.OrderByDescending(c => c.UpdatedAt)
            .GroupBy(c => Heading(c, now))
            .OrderBy(g => g.Key.Age)
            .Select(g => new ConversationGroup(g.Key.Age, g.Key.Month, [.. g]))];

    private static (ConversationAge Age, string Month) Heading(Conversation conversation, DateTimeOffset now)
    {
        if (conversation.Pinned)
        {
            return (ConversationAge.Pinned, "");
        }

        var used = conversation.UpdatedAt.ToOffset(now.Offset);
        return (now.Date - used.Date).Days switch
        {
            <= 0 => (ConversationAge.Today, ""),
            1 => (ConversationAge.Yesterday, ""),
            <= 7 => (ConversationAge.Week, ""),
            <= 30 => (ConversationAge.Month, ""),
            _ => (ConversationAge.Older, Times.Month(used)),
        };
    }
}
