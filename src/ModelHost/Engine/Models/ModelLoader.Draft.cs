using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>From a file to a draft of another model: weights of its own, and memory for the few answers that may guess at once.</summary>
internal sealed partial class ModelLoader
{
    /// <summary>What a draft takes; it is the drafted model's, and goes with it.</summary>
    internal static IReadOnlyList<MemoryUse> DraftUses(ModelFile file, ModelInfo model)
    {
        var tokens = DraftTokens(file, model);
        return [.. MemoryEstimate.Of(model.Id, file.Header, tokens * GenerationLoop.MostGuessing, Math.Min(tokens, LoadPlans.PromptTokensPerStep), outputs: GenerationLoop.MostGuessing).Select(use => use with { Part = "draft " + use.Part })];
    }

    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory; BadRequest: the two do not fit each other.</exception>
    internal DraftContext LoadDraft(ModelFile file, ModelInfo info, SafeLlamaModelHandle drafted, CancellationToken cancellation)
    {
        var model = LoadFile(file, cancellation);
        try
        {
            if (model.IsRecurrent || drafted.IsRecurrent) { throw new EngineException(EngineErrorKind.BadRequest, $"'{(model.IsRecurrent ? file.Id : info.Id)}' keeps a state that cannot go back, so nothing can be drafted with it. Leave draft out.") { Parameter = "speculation" }; }
            var vocabulary = VocabularyMatch.Check(info.Id, drafted, file.Id, model);
            var tokens = DraftTokens(file, info);
            var context = SafeLlamaContextHandle.Create(model, new ContextOptions
            {
                MemoryTokens = tokens * GenerationLoop.MostGuessing,
                BatchTokens = Math.Min(tokens, LoadPlans.PromptTokensPerStep),
                Sequences = GenerationLoop.MostGuessing,
                Threads = Threads(model.WeightBytes),
                SharedMemory = true,
                Outputs = GenerationLoop.MostGuessing,
            });
            return new DraftContext(file.Id, model, context, tokens, GenerationLoop.MostGuessing, vocabulary, log);
        }
        catch (NativeCallException fault)
        {
            model.Dispose();
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The draft model '{file.Id}' was loaded but could not be started: {fault.Message} Lower Engine:ContextTokens, or take a smaller one.", fault);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static int DraftTokens(ModelFile file, ModelInfo model) => Math.Min(model.ContextTokens, (int)file.Header.Metadata[file.Header.Metadata["general.architecture"].Text + ".context_length"].Numbers[0]);
}
