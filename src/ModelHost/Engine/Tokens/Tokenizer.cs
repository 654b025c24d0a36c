using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>A model's tokens. Used from request threads; the native vocabulary does not change after loading.</summary>
internal sealed class Tokenizer(SafeLlamaModelHandle model)
{
    private readonly bool[] ends = Flags(model, model.EndsText);

    internal int VocabularySize => ends.Length;

    internal int[] Encode(string text, bool addSpecial, bool parseSpecial) => model.Tokenize(text, addSpecial, parseSpecial);

    internal string Decode(IReadOnlyList<int> tokens)
    {
        Check(tokens, "tokens");
        return model.Detokenize(tokens as int[] ?? [.. tokens]);
    }

    internal bool EndsText(int token) => ends[token];

    /// <summary>The bytes of a token that is part of an answer; none for control tokens.</summary>
    internal ReadOnlySpan<byte> Piece(int token, ref byte[] buffer)
    {
        var length = model.WritePiece(token, buffer, special: false);
        if (length < 0)
        {
            buffer = new byte[-length];
            length = model.WritePiece(token, buffer, special: false);
        }
        return buffer.AsSpan(0, length);
    }

    /// <summary>The texts that this model reads as control tokens, longest first.</summary>
    internal string[] ControlTexts()
    {
        var texts = new List<string>();
        for (var token = 0; token < VocabularySize; token++)
        {
            if (model.IsControl(token) && model.Detokenize([token]) is { Length: > 2 } text) { texts.Add(text); }
        }
        return [.. texts.OrderByDescending(t => t.Length)];
    }

    /// <summary>Token ids from outside go to native code that ends the process on a wrong one.</summary>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal void Check(IReadOnlyList<int> tokens, string parameter)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if ((uint)tokens[i] >= (uint)VocabularySize)
            {
                throw new EngineException(EngineErrorKind.BadRequest, $"Token {tokens[i]} at place {i} does not exist; this model's tokens are 0 to {VocabularySize - 1}.") { Parameter = parameter };
            }
        }
    }

    private static bool[] Flags(SafeLlamaModelHandle model, Func<int, bool> flag)
    {
        var flags = new bool[model.VocabularySize];
        for (var token = 0; token < flags.Length; token++) { flags[token] = flag(token); }
        return flags;
    }
}
