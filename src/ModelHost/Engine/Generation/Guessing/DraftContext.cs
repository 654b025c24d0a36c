using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>A small model that writes ahead of a large one. It follows as many answers as may guess at once; what it has read of one stays until another needs the place. The loop's thread only.</summary>
internal sealed class DraftContext : IDisposable
{
    private readonly SafeLlamaModelHandle model;
    private readonly SafeLlamaContextHandle native;
    private readonly SafeLlamaBatchHandle batch;
    private readonly int contextTokens, vocabulary;
    private readonly ILogger log;
    private readonly Followed[] places;
    private bool isBroken;

    /// <param name="id">The draft model's.</param>
    /// <param name="model">Disposed with this.</param>
    /// <param name="native">Made of it with <paramref name="answers"/> sequences; disposed with this.</param>
    /// <param name="contextTokens">Tokens that one answer can have here, its prompt among them.</param>
    /// <param name="answers">How many it can follow at once.</param>
    /// <param name="vocabulary">Tokens that it and the large model both have.</param>
    /// <param name="log">Told when it fails.</param>
    internal DraftContext(string id, SafeLlamaModelHandle model, SafeLlamaContextHandle native, int contextTokens, int answers, int vocabulary, ILogger log)
    {
        (Id, this.model, this.native, this.contextTokens, this.vocabulary, this.log) = (id, model, native, contextTokens, vocabulary, log);
        batch = new SafeLlamaBatchHandle(native.BatchTokens);
        places = [.. Enumerable.Range(0, answers).Select(sequence => new Followed(sequence))];
    }

    internal string Id { get; }

    /// <summary>Goes on from a text by itself. One batch of what it has not read is read at most, so that a long prompt holds nobody up; until it has caught up there are no guesses.</summary>
    internal int Guess(object answer, ReadOnlySpan<int> text, Span<int> guess)
    {
        if (isBroken || text.Length + guess.Length > contextTokens || text.ContainsAnyExceptInRange(0, vocabulary - 1)) { return 0; }
        try
        {
            var place = PlaceOf(answer, text);
            Cut(place, CollectionsMarshal.AsSpan(place.Tokens).CommonPrefixLength(text[..^1])); // the last is run again: its row says what comes next
            var row = Read(place, text[place.Tokens.Count..]);
            return place.Tokens.Count == text.Length ? Write(place, row, guess) : 0;
        }
        catch (NativeCallException fault)
        {
            log.LogError(fault, "The draft model {Draft} failed; answers go on without it", Id);
            isBroken = true;
            return 0;
        }
    }

    /// <summary>Follows an answer no longer; what was read stays for others that begin alike.</summary>
    internal void Leave(object answer)
    {
        foreach (var place in places.Where(p => p.Answer == answer)) { place.Answer = null; }
    }

    public void Dispose()
    {
        batch.Dispose();
        native.Dispose();
        model.Dispose();
    }

    /// <summary>The place of an answer; a new one gets that free one which holds most of its text, or the longest unused.</summary>
    private Followed PlaceOf(object answer, ReadOnlySpan<int> text)
    {
        var chosen = Array.Find(places, p => p.Answer == answer);
        if (chosen is null)
        {
            var shared = -1;
            foreach (var place in places.Where(p => p.Answer is null))
            {
                var common = CollectionsMarshal.AsSpan(place.Tokens).CommonPrefixLength(text);
                if (common > shared) { (chosen, shared) = (place, common); }
            }
            chosen ??= places.MinBy(p => p.LastUsed)!;
        }
        (chosen.Answer, chosen.LastUsed) = (answer, places.Max(p => p.LastUsed) + 1);
        return chosen;
    }

    private int Read(Followed place, ReadOnlySpan<int> more)
    {
        batch.Clear();
        var row = -1;
        for (var i = 0; i < Math.Min(more.Length, batch.Capacity); i++) { row = Add(place, more[i], logits: i == more.Length - 1); }
        Run();
        return row;
    }

    private int Write(Followed place, int row, Span<int> guess)
    {
        for (var i = 0; i < guess.Length; i++)
        {
            var best = TensorPrimitives.IndexOfMax<float>(native.Logits(row));
            if (best >= vocabulary) { return i; }
            guess[i] = best;
            if (i == guess.Length - 1) { break; } // nothing is asked after it
            batch.Clear();
            row = Add(place, best, logits: true);
            Run();
        }
        return guess.Length;
    }

    private int Add(Followed place, int token, bool logits)
    {
        var row = batch.Add(token, place.Tokens.Count, place.Sequence, logits);
        place.Tokens.Add(token);
        return row;
    }

    private void Run()
    {
        var code = native.Decode(batch);
        if (code != 0) { throw new NativeCallException($"llama_decode returned {code} for a batch of {batch.Count} tokens.", code); }
    }

    private void Cut(Followed place, int prefix)
    {
        if (prefix == place.Tokens.Count) { return; }
        native.ForgetFrom(place.Sequence, prefix);
        place.Tokens.RemoveRange(prefix, place.Tokens.Count - prefix);
    }

    /// <summary>A sequence of the draft's memory, and the tokens that it holds.</summary>
    private sealed class Followed(int sequence)
    {
        internal int Sequence { get; } = sequence;

        internal List<int> Tokens { get; } = [];

        internal object? Answer { get; set; }

        internal long LastUsed { get; set; }
    }
}
