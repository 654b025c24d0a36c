using System.Text;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Asks a model what it answers, always the likeliest token. One question after the other, and none while anybody else asks: people come first.</summary>
internal sealed class ProbeAnswers(ModelEngine engine, string model, TimeProvider time)
{
    private const string User = "training";
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);
    private volatile int _asking;

    /// <summary>Requests of this that run at the moment, 0 or 1.</summary>
    public int Asking => _asking;

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
        ModelId = model, PromptTokens = probe.Tokens, MaxTokens = probe.MostTokens, Sampling = new SamplingOptions { Temperature = 0 }, Adapters = [], User = User, CachePrompt = false,
    };

    private async Task<string> AskAsync(GenerationRequest request, CancellationToken cancellation)
    {
        while (engine.Loads.Any(load => load.Busy > 0 || load.Waiting > 0))
        {
            await Task.Delay(Beat, time, cancellation);
        }

        var answer = new StringBuilder();
        try
        {
            _asking = 1;
            await foreach (var news in engine.GenerateAsync(request, cancellation))
            {
                answer.Append((news as GeneratedText)?.Text);
            }
        }
        finally
        {
            _asking = 0;
        }

        return answer.ToString().Trim();
    }
}
