using System.Text;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>A passage as tokens: where spans may begin and end, and what of it has been quoted.</summary>
internal sealed class QuotedPassage
{
    private readonly bool[] isBorder; // before token i; the last stands for the end
    private readonly bool[] isUsed;
    private readonly int[] toCharacterEnd; // tokens that must follow token i for the character at its end to be whole
    private readonly Dictionary<int, List<int>> beginnings = [];

    /// <exception cref="EngineException">Kind BadRequest: the model's tokens do not spell the text.</exception>
    internal QuotedPassage(Tokenizer tokenizer, string text, int number)
    {
        Tokens = tokenizer.Encode(text, addSpecial: false, parseSpecial: false);
        Mark = tokenizer.Spell($" [{number}]");
        var bytes = new List<byte>();
        var ends = new int[Tokens.Length];
        for (var i = 0; i < Tokens.Length; i++)
        {
            bytes.AddRange(tokenizer.Piece(Tokens[i]));
            ends[i] = bytes.Count;
        }
        var spelled = bytes.ToArray();
        if (Encoding.UTF8.GetString(spelled).Trim() != text.Trim()) { throw new EngineException(EngineErrorKind.BadRequest, $"Passage {number} cannot be spelled by this model's tokens, so it cannot be quoted word for word. Remove its unusual characters.") { Parameter = "verbatim.passages" }; }
        isBorder = new bool[Tokens.Length + 1];
        isUsed = new bool[Tokens.Length];
        toCharacterEnd = new int[Tokens.Length];
        isBorder[Tokens.Length] = true;
        for (var i = Tokens.Length - 1; i >= 0; i--)
        {
            isBorder[i] = IsBorder(spelled, i == 0 ? 0 : ends[i - 1]);
            toCharacterEnd[i] = ends[i] == spelled.Length || IsCharacterStart(spelled[ends[i]]) ? 0 : toCharacterEnd[i + 1] + 1;
            var piece = tokenizer.Piece(Tokens[i]);
            if (isBorder[i] && piece.IndexOfAnyExcept(" \t\r\n"u8) >= 0) { (beginnings.TryGetValue(Tokens[i], out var places) ? places : beginnings[Tokens[i]] = []).Add(i); }
        }
    }

    internal int[] Tokens { get; }

    internal int[] Mark { get; }

    /// <summary>The tokens that a span may begin with and still get its mark.</summary>
    /// <param name="left">Tokens that the answer may still have, the mark among them.</param>
    internal IEnumerable<int> BeginningTokens(int left) => beginnings.Where(b => b.Value.Exists(at => MayBegin(at, left))).Select(b => b.Key);

    /// <summary>Where a span that begins with a token may be.</summary>
    internal IEnumerable<int> Beginnings(int token, int left) => beginnings.TryGetValue(token, out var places) ? places.Where(at => MayBegin(at, left)) : [];

    /// <summary>True when a span that has come to a place may go on.</summary>
    /// <param name="at">Its last token.</param>
    /// <param name="left">Tokens that the answer may still have, the mark among them.</param>
    internal bool MayGoOn(int at, int left) => at + 1 < Tokens.Length && !isUsed[at + 1] && left - 1 >= Mark.Length + toCharacterEnd[at + 1];

    /// <summary>True when a span may end after a place.</summary>
    internal bool MayEnd(int at, int left, bool isLongEnough) => toCharacterEnd[at] == 0 && ((isLongEnough && isBorder[at + 1]) || !MayGoOn(at, left));

    internal void Use(int from, int to) => isUsed.AsSpan(from, to - from + 1).Fill(true);

    private bool MayBegin(int at, int left) => !isUsed[at] && left - 1 >= Mark.Length + toCharacterEnd[at];

    private static bool IsCharacterStart(byte value) => (value & 0xC0) != 0x80;

    /// <summary>False in the middle of a character or of a word; in scripts without spaces between words every character is a border.</summary>
    private static bool IsBorder(byte[] text, int at)
    {
        if (at == 0 || at == text.Length) { return true; }
        if (!IsCharacterStart(text[at])) { return false; }
        _ = Rune.DecodeLastFromUtf8(text.AsSpan(0, at), out var before, out _);
        _ = Rune.DecodeFromUtf8(text.AsSpan(at), out var after, out _);
        return !IsOfWord(before) || !IsOfWord(after);
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) && rune.Value < 0x2E80;
}
