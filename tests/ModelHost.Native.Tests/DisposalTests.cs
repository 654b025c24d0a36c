using Platform.ModelHost.Native.Tests.Gguf;

namespace Platform.ModelHost.Native.Tests;

/// <summary>Native objects may be let go in any order; none is used after it is gone.</summary>
public sealed class DisposalTests : IDisposable
{
    private readonly TemporaryFile file = new(new TinyModel().Write());

    public DisposalTests() => LlamaLibrary.Load();

    public void Dispose() => file.Dispose();

    [Fact]
    public void A_context_outlives_the_disposal_of_its_model()
    {
        var model = Load();
        var context = Context(model);
        model.Dispose();
        Assert.Equal(4, Run(context)); // the weights are still there: the context holds them
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Metadata("general.name"));
    }

    [Fact]
    public void Samplers_and_a_batch_outlive_their_context_and_model()
    {
        using var batch = new SafeLlamaBatchHandle(4);
        SafeLlamaSamplerHandle sampler, grammar;
        using (var model = Load())
        using (var context = Context(model))
        {
            Assert.Equal(4, Run(context));
            sampler = SafeLlamaSamplerHandle.Repetition(model, new SamplerSettings { RepeatPenalty = 1.1f, PenaltyWindow = 64, DryMultiplier = 1, DryWindow = 8, DryBreakers = ["a"] })!;
            grammar = SafeLlamaSamplerHandle.Grammar(model, "root ::= \"a\"+", "root");
        }
        batch.Add(1, 0, 0, logits: true);
        using var candidates = new TokenCandidates(286);
        candidates.Fill(new float[286]);
        candidates.Apply(sampler);
        candidates.Apply(grammar); // reads the vocabulary
        sampler.Accept(1);
        sampler.Dispose();
        grammar.Dispose();
    }

    [Fact]
    public void What_is_gone_refuses_to_be_used()
    {
        var model = Load();
        var context = Context(model);
        var batch = new SafeLlamaBatchHandle(1);
        context.Dispose();
        context.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.SequenceTokens);
        Assert.Throws<ObjectDisposedException>(() => context.ClearMemory());
        Assert.Throws<ObjectDisposedException>(() => batch.Add(1, 0, 0, logits: true));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Tokenize("a", addSpecial: true, parseSpecial: false));
        Assert.Throws<ObjectDisposedException>(() => Context(model));
    }

    [Fact]
    public void A_hundred_models_that_nobody_disposed_are_let_go_by_the_collector()
    {
        for (var i = 0; i < 100; i++) { Context(Load()); }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var model = Load();
        using var context = Context(model);
        Assert.Equal(4, Run(context));
    }

    [Fact]
    public void A_batch_that_is_full_refuses_more()
    {
        using var batch = new SafeLlamaBatchHandle(1);
        Assert.Equal(0, batch.Add(1, 0, 0, logits: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(1, 1, 0, logits: true));
    }

    [Fact]
    public void A_load_that_is_cancelled_throws_the_callers_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => SafeLlamaModelHandle.Load(file.Path, new ModelLoadOptions(), cancel.Token));
    }

    [Fact]
    public void What_llama_refuses_comes_with_its_reason()
    {
        var model = new TinyModel();
        model.Text("general.architecture", "nonsense");
        using var odd = new TemporaryFile(model.Write());
        Assert.Contains("nonsense", Assert.Throws<NativeCallException>(() => SafeLlamaModelHandle.Load(odd.Path, new ModelLoadOptions(), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    /// <summary>A reason is neither lost to a call that begins meanwhile on another thread, nor told to it.</summary>
    [Fact]
    public void Reasons_are_those_of_the_thread_that_asked()
    {
        using var model = Load();
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            Assert.Equal("failed to parse grammar", Assert.Throws<NativeCallException>(() => SafeLlamaSamplerHandle.Grammar(model, "root ::= missing", "root")).Message);
            SafeLlamaSamplerHandle.Grammar(model, "root ::= \"a\"", "root").Dispose();
        });
    }

    private SafeLlamaModelHandle Load() => SafeLlamaModelHandle.Load(file.Path, new ModelLoadOptions(), TestContext.Current.CancellationToken);

    private static SafeLlamaContextHandle Context(SafeLlamaModelHandle model) => SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 32, BatchTokens = 8, Sequences = 1, Threads = 1 });

    /// <returns>Tokens that ran.</returns>
    private static int Run(SafeLlamaContextHandle context)
    {
        using var batch = new SafeLlamaBatchHandle(4);
        for (var i = 0; i < 4; i++) { batch.Add(260 + i, i, 0, logits: i == 3); }
        Assert.Equal(0, context.Decode(batch));
        Assert.All(context.Logits(3).ToArray(), l => Assert.True(float.IsFinite(l)));
        return batch.Count;
    }
}
