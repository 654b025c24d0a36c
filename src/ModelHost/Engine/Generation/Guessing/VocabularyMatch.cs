using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>Whether two models mean the same by their tokens. Families pad their vocabularies to different sizes, so the larger may have some more at its end.</summary>
internal static class VocabularyMatch
{
    private const int MostPadding = 128;

    /// <summary>How many tokens both have.</summary>
    /// <exception cref="EngineException">Kind BadRequest: they do not fit each other; says in what.</exception>
    internal static int Check(string model, SafeLlamaModelHandle large, string draft, SafeLlamaModelHandle small)
    {
        if (large.VocabularyType != small.VocabularyType) { throw Refuse($"its vocabulary is of the kind {small.VocabularyType}, and that of '{model}' of {large.VocabularyType}"); }
        var (most, fewest) = (Math.Max(large.VocabularySize, small.VocabularySize), Math.Min(large.VocabularySize, small.VocabularySize));
        if (most - fewest > MostPadding) { throw Refuse($"it has {small.VocabularySize} tokens and '{model}' {large.VocabularySize}"); }
        if (large.Begin != small.Begin) { throw Refuse($"the two begin a text differently: {Told(small.Begin)} and {Told(large.Begin)}"); }
        Span<byte> one = stackalloc byte[256], other = stackalloc byte[256];
        for (var token = 0; token < fewest; token++)
        {
            var (a, b) = (large.WritePiece(token, one, special: true), small.WritePiece(token, other, special: true));
            if (a != b || (a > 0 && !one[..a].SequenceEqual(other[..b]))) { throw Refuse($"token {token} is another text in '{model}'"); }
        }
        return fewest;

        EngineException Refuse(string why) => new(EngineErrorKind.BadRequest, $"'{draft}' cannot draft for '{model}': {why}. Take a smaller model of the same family.") { Parameter = "draft_model" };
    }

    private static string Told((int? Token, bool IsAdded) begin) => begin.Token is { } token ? begin.IsAdded ? $"token {token}, added" : $"token {token}, not added" : "with no token";
}
