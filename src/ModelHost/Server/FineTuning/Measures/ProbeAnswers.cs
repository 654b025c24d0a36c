using System.Text;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Asks a model what it answers, always the likeliest token. One question after the other, and none while anybody else asks: people come first.</summary>
internal sealed class ProbeAnswers(ModelEngine engine, string model, TimeProvider time)
{
    private const string User = "training";
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

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
        while (engine.Requests.Running > 0)
        {
            await Task.Delay(Beat, time, cancellation);
        }

        var answer = new StringBuilder();
        await foreach (var news in engine.GenerateAsync(request, cancellation))
        {
            answer.Append((news as GeneratedText)?.Text);
        }

        return answer.ToString().Trim();
    }
}
