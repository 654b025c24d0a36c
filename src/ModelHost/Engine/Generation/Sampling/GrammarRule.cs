using System.Text;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Keeps an answer to a grammar, from its start or from a trigger text on. llama.cpp ends the process over a token that a grammar did not allow, so every one is asked for first.</summary>
internal sealed class GrammarRule : ITokenRule
{
    private readonly SafeLlamaModelHandle model;
    private readonly Tokenizer tokenizer;
    private readonly GrammarOptions options;
    private readonly byte[][] triggers;
    private readonly TokenCandidates one = new(1);
    private SafeLlamaSamplerHandle? grammar;
    private byte[] tail = [];
    private bool awake;

    /// <param name="options">A grammar that GrammarCheck has passed.</param>
    /// <exception cref="EngineException">Kind BadRequest: llama.cpp refuses it all the same.</exception>
    internal GrammarRule(SafeLlamaModelHandle model, Tokenizer tokenizer, GrammarOptions options)
    {
        (this.model, this.tokenizer, this.options) = (model, tokenizer, options);
        triggers = [.. options.Triggers.Select(Encoding.UTF8.GetBytes)];
        awake = triggers.Length == 0;
        grammar = Read();
    }

    public bool IsNarrow => false;

    public bool Allows(int token)
    {
        if (awake) { return Asks(token); }
        if (tokenizer.EndsText(token) || !Wakes(token, out var text)) { return true; }
        if (Follows(text)) { return true; }
        grammar!.Dispose();
        grammar = Read(); // it has read a part of what it refused
        return false;
    }

    public void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits)
    {
        candidates.Fill(logits);
        if (awake) { candidates.Apply(grammar!); }
    }

    public void Accept(int token)
    {
        if (awake)
        {
            grammar!.Accept(token);
            return;
        }
        awake = Wakes(token, out var text); // Allows has let the grammar read it
        var kept = Math.Min(text.Length, triggers.Max(t => t.Length) - 1);
        tail = text[^kept..];
    }

    public void Dispose()
    {
        grammar?.Dispose();
        one.Dispose();
    }

    private SafeLlamaSamplerHandle Read()
    {
        try
        {
            return SafeLlamaSamplerHandle.Grammar(model, options.Text, options.Root);
        }
        catch (NativeCallException fault)
        {
            throw new EngineException(EngineErrorKind.BadRequest, $"llama.cpp cannot read the grammar: {fault.Message}", fault) { Parameter = "grammar" };
        }
    }

    /// <summary>Whether a token would complete a trigger; gives the text that it would stand at the end of, cut to begin with the trigger.</summary>
    private bool Wakes(int token, out byte[] text)
    {
        text = [.. tail, .. tokenizer.Piece(token, special: true)];
        var first = int.MaxValue;
        foreach (var trigger in triggers)
        {
            var at = text.AsSpan().IndexOf(trigger);
            if (at >= 0) { first = Math.Min(first, at); }
        }
        if (first == int.MaxValue) { return false; }
        text = text[first..];
        return true;
    }

    /// <summary>Lets the grammar read bytes by the tokens of single bytes, wherever the answer's token borders lie.</summary>
    private bool Follows(byte[] text)
    {
        foreach (var b in text)
        {
            var token = tokenizer.ByteToken(b);
            if (!Asks(token)) { return false; }
            grammar!.Accept(token);
        }
        return true;
    }

    private bool Asks(int token)
    {
        one.Fill([token]);
        one.Apply(grammar!);
        return one.AnyAllowed;
    }
}
