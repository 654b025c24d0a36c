using System.Text;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>A model's tokens. Used from request threads; the native vocabulary does not change after loading.</summary>
internal sealed class Tokenizer(SafeLlamaModelHandle model)
{
    private const int ByteLevel = 2; // BPE, the only vocabularies that are split by regular expressions

    private readonly bool[] ends = Flags(model, model.EndsText);
    private readonly byte[]?[] pieces = new byte[model.VocabularySize][], shownPieces = new byte[model.VocabularySize][]; // read when first asked for
    private readonly Lazy<int[]> byteTokens = new(() => SingleBytes(model));
    private readonly Lock sorting = new();
    private readonly Lazy<string[]> marks = new(() => Marks(model));
    private readonly bool splitsWords = model.VocabularyType == ByteLevel;

    internal int VocabularySize => ends.Length;

    /// <summary>Token ids of a text, however long its unbroken runs are (<see cref="UnbrokenRuns"/>).</summary>
    internal int[] Encode(string text, bool addSpecial, bool parseSpecial)
    {
        if (!splitsWords || UnbrokenRuns.Cuts(text, () => marks.Value) is not { Count: > 0 } cuts) { return model.Tokenize(text, addSpecial, parseSpecial); }
        var tokens = new List<int>();
        if (addSpecial && model.Begin is { IsAdded: true, Token: { } begin }) { tokens.Add(begin); }
        for (var i = 0; i <= cuts.Count; i++)
        {
            var from = i == 0 ? 0 : cuts[i - 1];
            tokens.AddRange(model.Tokenize(text.AsSpan(from, (i < cuts.Count ? cuts[i] : text.Length) - from), addSpecial: false, parseSpecial));
        }
        if (addSpecial && model.End is { IsAdded: true, Token: { } end }) { tokens.Add(end); }
        return [.. tokens];
    }

    internal string Decode(IReadOnlyList<int> tokens)
    {
        Check(tokens, "tokens");
        return model.Detokenize(tokens as int[] ?? [.. tokens]);
    }

    /// <summary>What stands around and between texts, and whether it is put there.</summary>
    internal ((int? Token, bool IsAdded) Begin, (int? Token, bool IsAdded) End, (int? Token, bool IsAdded) Separator) Borders => (model.Begin, model.End, model.Separator);

    internal bool EndsText(int token) => ends[token];

    /// <summary>Every token that ends an answer.</summary>
    internal IReadOnlyList<int> EndTokens { get; } = [.. Enumerable.Range(0, model.VocabularySize).Where(model.EndsText)];

    /// <summary>The bytes of a token; of a control token none, unless special ones are to be shown.</summary>
    internal ReadOnlySpan<byte> Piece(int token, bool special = false) => ((special ? shownPieces : pieces)[token] ??= Read(token, special));

    /// <summary>All tokens in the order of their bytes; made when a grammar first wants it, in a fifth of a second for a large vocabulary.</summary>
    internal SortedTokens Sorted
    {
        get { lock (sorting) { return field ??= new SortedTokens(this); } }
    }

    /// <summary>Tokens that read as a text and nothing else, without the space that some vocabularies put before it.</summary>
    internal int[] Spell(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var way in (string[])[text, text.TrimStart()])
        {
            var tokens = Encode(way, addSpecial: false, parseSpecial: false);
            if (tokens.SelectMany(t => Piece(t).ToArray()).SequenceEqual(bytes)) { return tokens; }
        }
        return [.. bytes.Select(ByteToken)];
    }

    /// <summary>Tokens that read as a mark of the model's: its own token for it where there is one, else as any text.</summary>
    internal int[] SpellMark(string mark)
    {
        var tokens = Encode(mark, addSpecial: false, parseSpecial: true);
        return tokens.SelectMany(t => Piece(t, special: true).ToArray()).SequenceEqual(Encoding.UTF8.GetBytes(mark)) ? tokens : Spell(mark);
    }

    /// <summary>A token that reads as one byte; every model that writes text has all of them.</summary>
    /// <exception cref="EngineException">Kind BadRequest: this model lacks it.</exception>
    internal int ByteToken(byte value) => byteTokens.Value[value] is >= 0 and var token ? token
        : throw new EngineException(EngineErrorKind.BadRequest, $"This model has no token for the single byte {value}, so its answers cannot be steered byte by byte. Use another model.") { Parameter = "model" };

    /// <summary>The texts that this model reads as control tokens, and those that tokenizing adds.</summary>
    internal SpecialTexts SpecialTexts()
    {
        var texts = new List<string>();
        for (var token = 0; token < VocabularySize; token++)
        {
            if (model.IsControl(token) && model.Detokenize([token]) is { Length: > 2 } text) { texts.Add(text); }
        }
        var (begin, end) = (model.Begin, model.End);
        return new SpecialTexts(Text(begin.Token), begin.IsAdded, Text(end.Token), end.IsAdded, [.. texts.OrderByDescending(t => t.Length)], [.. EndTokens.Select(token => Text(token)).Where(t => t.Length > 0)]);

        string Text(int? token) => token is { } id ? model.Detokenize([id]) : "";
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

    private byte[] Read(int token, bool special)
    {
        Span<byte> buffer = stackalloc byte[256];
        var length = model.WritePiece(token, buffer, special);
        if (length >= 0) { return buffer[..length].ToArray(); }
        var whole = new byte[-length];
        return whole[..model.WritePiece(token, whole, special)];
    }

    private static int[] SingleBytes(SafeLlamaModelHandle model)
    {
        var tokens = new int[256];
        Array.Fill(tokens, -1);
        Span<byte> piece = stackalloc byte[1];
        for (var token = model.VocabularySize - 1; token >= 0; token--)
        {
            if (model.WritePiece(token, piece, special: false) == 1) { tokens[piece[0]] = token; }
        }
        return tokens;
    }

    private static string[] Marks(SafeLlamaModelHandle model) =>
        [.. Enumerable.Range(0, model.VocabularySize).Where(model.IsMark).Select(token => model.Detokenize([token])).Where(text => text.Length > 1)];

    private static bool[] Flags(SafeLlamaModelHandle model, Func<int, bool> flag)
    {
        var flags = new bool[model.VocabularySize];
        for (var token = 0; token < flags.Length; token++) { flags[token] = flag(token); }
        return flags;
    }
}
