using Platform.Training.Datasets.Feedback;
using Platform.Web.Host;

namespace Platform.Web.Features.Datasets;

/// <summary>What the person of this window has said of answers: read once for a conversation, however many answers it shows.</summary>
public sealed class GivenFeedback(FeedbackBox box, CurrentCaller current)
{
    private (Guid Conversation, Task<Dictionary<Guid, Judgement>> Given)? read;

    public async Task<Judgement?> OfAsync(Guid conversationId, Guid messageId) => (await ReadAsync(conversationId)).GetValueOrDefault(messageId);

    public async Task GiveAsync(Guid conversationId, Guid messageId, Judgement judgement)
    {
        await box.GiveAsync(await current.GetAsync(), conversationId, messageId, judgement, CancellationToken.None);
        (await ReadAsync(conversationId))[messageId] = judgement;
    }

    public async Task TakeBackAsync(Guid conversationId, Guid messageId)
    {
        await box.TakeBackAsync(await current.GetAsync(), messageId, CancellationToken.None);
        (await ReadAsync(conversationId)).Remove(messageId);
    }

    private Task<Dictionary<Guid, Judgement>> ReadAsync(Guid conversationId)
    {
        if (read is not { } known || known.Conversation != conversationId || known.Given.IsFaulted)
        {
            known = (conversationId, LoadAsync(conversationId));
            read = known;
        }
        return known.Given;
    }

    private async Task<Dictionary<Guid, Judgement>> LoadAsync(Guid conversationId) => new(await box.GivenAsync(await current.GetAsync(), conversationId, CancellationToken.None));
}
