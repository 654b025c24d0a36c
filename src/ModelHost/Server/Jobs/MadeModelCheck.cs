using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>Sets a model that was made beside what it was made of: how well each foretells the text that comes with the program.</summary>
internal static class MadeModelCheck
{
    /// <summary>Share of a job that is done when its model is made.</summary>
    public const double Made = 0.9;

    /// <param name="measure">Measures.</param>
    /// <param name="owner">Who the memory is promised to.</param>
    /// <param name="model">What it was made of, with the adapter in its name where that is not given apart.</param>
    /// <param name="adapter">That went into it; null for none, or for that of the name.</param>
    /// <param name="made">What was made.</param>
    /// <param name="cancellation">Kills it; the model stays.</param>
    /// <returns>Null for a model that makes vectors. The model is made whatever becomes of its check: where that fails, why.</returns>
    public static async Task<ModelJobCheck?> RunAsync(MeasureModel measure, string owner, string model, string? adapter, string made, CancellationToken cancellation)
    {
        try
        {
            var before = await measure.RunAsync(new PerplexityRequest(owner, model, Adapter: adapter), _ => { }, cancellation);
            var after = await measure.RunAsync(new PerplexityRequest(owner, made), _ => { }, cancellation);
            return new ModelJobCheck(before.Perplexity, after.Perplexity, before.Tokens, null);
        }
        catch (EngineException none) when (none is { Kind: EngineErrorKind.BadRequest, Parameter: "model" })
        {
            return null; // it foretells no text
        }
        catch (EngineException failed)
        {
            return new ModelJobCheck(null, null, null, failed.Message);
        }
    }
}
