using System.Text;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>A whole answer: the fold of its events.</summary>
internal sealed record Answer(string Text, GenerationFinished End, IReadOnlyList<GenerationEvent> Events)
{
    internal static async Task<Answer> OfAsync(ModelEngine engine, GenerationRequest request, CancellationToken? cancellation = null)
    {
        var text = new StringBuilder();
        var events = new List<GenerationEvent>();
        await foreach (var news in engine.GenerateAsync(request, cancellation ?? TestContext.Current.CancellationToken))
        {
            events.Add(news);
            if (news is GeneratedText part) { text.Append(part.Text); }
        }
        return new Answer(text.ToString(), Assert.IsType<GenerationFinished>(events[^1]), events);
    }
}
