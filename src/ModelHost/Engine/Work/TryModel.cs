using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Loads a model as the engine would and runs it: a prompt, a token after it, a vector. In a child process, as it is not known what the file does to llama.cpp.</summary>
internal static class TryModel
{
    private const int MemoryTokens = 64, BatchTokens = 32, PromptTokens = 16;

    /// <summary>What trying a model takes: its weights, and the little context that a few tokens need.</summary>
    internal static IReadOnlyList<MemoryUse> Uses(string owner, GgufHeader header) => MemoryEstimate.Of(owner, header, MemoryTokens, BatchTokens, outputs: BatchTokens);

    /// <exception cref="NativeCallException">llama.cpp refuses it, or what it computes are no numbers.</exception>
    internal static void Run(TryOrder order)
    {
        using var model = SafeLlamaModelHandle.Load(order.Path, new ModelLoadOptions(order.GpuLayers), CancellationToken.None);
        using var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = MemoryTokens, BatchTokens = BatchTokens, Sequences = 1, Threads = order.Threads, Embeddings = order.Embeds, SharedMemory = true });
        using var batch = new SafeLlamaBatchHandle(BatchTokens);
        var tokens = model.Tokenize("Ab 1,  你好.\n\n", addSpecial: true, parseSpecial: true); // two spaces end llama.cpp where a vocabulary's words cannot hold one
        var prompt = tokens.Length > 0 ? tokens.AsSpan(0, Math.Min(tokens.Length, PromptTokens)) : [0];
        for (var i = 0; i < prompt.Length; i++) { batch.Add(prompt[i], i, 0, logits: order.Embeds || i == prompt.Length - 1); }
        Decode(context, batch);
        if (order.Embeds)
        {
            var vector = new float[model.EmbeddingLength];
            if (context.Pooling is >= 1 and <= 3) { context.CopyEmbedding(0, vector); }
            CheckNumbers(vector);
            return;
        }
        CheckNumbers(context.Logits(prompt.Length - 1));
        batch.Clear();
        batch.Add(prompt[^1], prompt.Length, 0, logits: true);
        Decode(context, batch);
        CheckNumbers(context.Logits(0));
        _ = model.Detokenize(tokens);
        _ = new ChatTemplate(Path.GetFileNameWithoutExtension(order.Path), model.ChatTemplate, new Tokenizer(model).SpecialTexts(), TimeProvider.System); // what it says of a template is the load's to tell; here it must only come to an end
    }

    private static void Decode(SafeLlamaContextHandle context, SafeLlamaBatchHandle batch)
    {
        var code = context.Decode(batch);
        if (code != 0) { throw new NativeCallException($"llama_decode returned {code} for the first tokens.", code); }
    }

    private static void CheckNumbers(ReadOnlySpan<float> numbers)
    {
        foreach (var number in numbers)
        {
            if (float.IsNaN(number)) { throw new NativeCallException("What it computes are no numbers (NaN). Its weights are damaged."); }
        }
    }
}
