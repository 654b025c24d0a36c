using System.Text;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Asks a model what it answers, always the likeliest token. One question after the other, and while anybody else asks none for a while: people come first.</summary>
internal sealed class ProbeAnswers(ModelEngine engine, string model, TimeProvider time)
{
    private const string User = "training";
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromSeconds(30);

    /// <summary>Told when a question waits for those of people, and when it no longer does; null tells nobody.</summary>
    public Action<bool>? Waits { get; init; }

    /// <summary>What the base answers.</summary>
    /// <exception cref="EngineException">It cannot answer.</exception>
    public Task<string> AskBaseAsync(Probe probe, CancellationToken cancellation) => AskAsync(Request(probe), cancellation);

    /// <summary>What the base answers with an adapter of the registry.</summary>
    /// <inheritdoc cref="AskBaseAsync"/>
    public Task<string> AskAdapterAsync(Probe probe, string adapter, CancellationToken cancellation) => AskAsync(Request(probe) with { Adapters = [new AdapterChoice(adapter)] }, cancellation);

    /// <summary>What the base answers with an adapter's file.</summary>
    /// <inheritdoc cref="AskBaseAsync"/>
    public Task<string> AskFileAsync(Probe probe, string path, CancellationToken cancellation) => AskAsync(Request(probe) with { AdapterPath = path }, cancellation);

    private GenerationRequest Request(Probe probe) => new()
    {
        ModelId = model, PromptTokens = probe.Tokens, MaxTokens = probe.MostTokens, Sampling = new SamplingOptions { Temperature = 0 }, Adapters = [], User = User, CachePrompt = false, IsBackground = true,
    };

    private async Task<string> AskAsync(GenerationRequest request, CancellationToken cancellation)
    {
        await GiveWayAsync(cancellation);
        var answer = new StringBuilder();
        await foreach (var news in engine.GenerateAsync(request, cancellation))
        {
            answer.Append((news as GeneratedText)?.Text);
        }

        return answer.ToString().Trim();
    }

    /// <summary>Where people never stop asking a question is asked beside theirs in the end: it waits in the same queue.</summary>
    private async Task GiveWayAsync(CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        try
        {
            while (engine.Requests.Running > 0 && time.GetElapsedTime(since) < Longest)
            {
                Waits?.Invoke(true);
                await Task.Delay(Beat, time, cancellation);
            }
        }
        finally
        {
            Waits?.Invoke(false);
        }
    }
}
